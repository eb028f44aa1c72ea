/** The version of this package; the build puts it in. */
declare const __PACKAGE_VERSION__: string;

export const VERSION: string = typeof __PACKAGE_VERSION__ === 'string' ? __PACKAGE_VERSION__ : '0.0.0';
