/** Names within the data folder, and within the folder of a backup. */
export const LOG_FILE = 'log.db';
export const KEYS_FILE = 'keys.db';
export const MANIFEST_FILE = 'manifest.json';
