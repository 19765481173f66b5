/** Names in the folder of cross-certificates. */
export const CROSS_FILES = { newWithOld: 'new-with-old.crt', oldWithNew: 'old-with-new.crt' };
