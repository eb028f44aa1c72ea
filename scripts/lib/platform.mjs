/** The platforms an addon can be built for, and this machine's own. */
import { existsSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { Problem } from './problem.mjs';

/** Rust's target triple by platform name. A platform has a folder of the same name in npm/, which is its package. */
export const targets = {
  'darwin-arm64': 'aarch64-apple-darwin',
  'darwin-x64': 'x86_64-apple-darwin',
  'linux-arm64-gnu': 'aarch64-unknown-linux-gnu',
  'linux-arm64-musl': 'aarch64-unknown-linux-musl',
  'linux-x64-gnu': 'x86_64-unknown-linux-gnu',
  'linux-x64-musl': 'x86_64-unknown-linux-musl',
  'win32-x64-msvc': 'x86_64-pc-windows-msvc',
};

/** The name of the platform that this Node runs on, such as `linux-x64-gnu`. */
export function hostPlatform() {
  const base = `${process.platform}-${process.arch}`;
  if (process.platform === 'linux') {
    return `${base}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
  }
  return process.platform === 'win32' ? `${base}-msvc` : base;
}

/** Where the addon of a platform lies in this checkout, whether it is built or not. */
export function addonPath(platform) {
  if (!Object.hasOwn(targets, platform)) {
    throw new Problem('OBS_BUILD_PLATFORM_UNKNOWN', `no addon can be built for ${platform}; known are ${Object.keys(targets).join(', ')}.`);
  }
  return inRoot('npm', platform, `observability-ts.${platform}.node`);
}

/** The file Cargo names a cdylib of this crate, by platform. */
export function libraryName(platform) {
  if (platform.startsWith('win32')) {
    return 'observability_ts.dll';
  }
  return platform.startsWith('darwin') ? 'libobservability_ts.dylib' : 'libobservability_ts.so';
}

/** Platforms whose addon is built in this checkout. */
export const builtPlatforms = () => Object.keys(targets).filter((platform) => existsSync(addonPath(platform)));
