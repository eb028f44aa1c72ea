/** The version of this package, which the build puts in, and the scope of its own spans. */
declare const __PACKAGE_VERSION__: string;

export const VERSION: string = typeof __PACKAGE_VERSION__ === 'string' ? __PACKAGE_VERSION__ : '0.0.0';

/** The scope of our own spans. */
export const OWN_SCOPE = '@manifest-cyber/observability-ts';
