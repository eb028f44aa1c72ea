/** A self-signed certificate for localhost, made anew for each run, so that no key lies in the repository (RFC 5280, section 4.1). */
import { generateKeyPairSync, sign } from 'node:crypto';

const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';

/** One DER element: tag, length, content. */
function der(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts) => der(0x30, ...parts);
const identifier = (hex) => der(0x06, hex);
const text = (tag, value) => der(tag, Buffer.from(value));

function selfSigned() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(identifier(ECDSA_WITH_SHA256));
  const name = sequence(der(0x31, sequence(identifier(COMMON_NAME), text(0x0c, 'localhost'))));
  const validity = sequence(text(0x17, '200101000000Z'), text(0x17, '491231235959Z'));
  const names = sequence(text(0x82, 'localhost'), der(0x87, '7f000001'));
  const extensions = der(0xa3, sequence(sequence(identifier(SUBJECT_ALT_NAME), der(0x04, names))));
  const version = der(0xa0, der(0x02, '02'));
  const serial = der(0x02, '01');
  const body = sequence(version, serial, algorithm, name, validity, name, publicKey.export({ type: 'spki', format: 'der' }), extensions);
  const certificate = sequence(body, algorithm, der(0x03, '00', sign('sha256', body, privateKey)));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** `key` and `cert` as `https.createServer` takes them. */
export const certificate = selfSigned();
