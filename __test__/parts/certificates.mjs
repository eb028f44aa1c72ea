/** Certificates for TLS and mutual TLS, made anew for each test run: nothing secret lies in the repository, and nothing expires. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes an authority with a certificate for a server on 127.0.0.1 and localhost, one for a client, and a second authority that knows neither.
 * Returns the paths of PEM files.
 */
export function makeCertificates(folder) {
  const authority = makeAuthority(folder, 'authority');
  return {
    ca: authority.certificate,
    server: issue(folder, 'server', authority, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth'),
    client: issue(folder, 'client', authority, 'extendedKeyUsage=clientAuth'),
    strangerCa: makeAuthority(folder, 'stranger').certificate,
  };
}

function makeAuthority(folder, name) {
  const { key, certificate } = files(folder, name);
  openssl('req', '-x509', '-nodes', ...NEW_KEY, '-keyout', key, '-out', certificate, '-days', '2', '-subj', `/CN=${name} of a test`);
  return { key, certificate };
}

function issue(folder, name, authority, extensions) {
  const { key, certificate } = files(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensionFile = join(folder, `${name}.ext`);
  writeFileSync(extensionFile, `${extensions}\nbasicConstraints=CA:FALSE\n`);
  openssl('req', '-nodes', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', `/CN=${name} of a test`);
  const signer = ['-CA', authority.certificate, '-CAkey', authority.key, '-CAcreateserial'];
  openssl('x509', '-req', '-in', request, ...signer, '-out', certificate, '-days', '2', '-extfile', extensionFile);
  return { key, certificate };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

const files = (folder, name) => ({ key: join(folder, `${name}.key`), certificate: join(folder, `${name}.pem`) });

function openssl(...args) {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
