/** The version in package.json; kept here too, so that telling it opens no file. */
export const PRODUCT_VERSION = '0.1.0';
