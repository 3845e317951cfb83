/** Of an e-mail address (RFC 5321), and so of what is typed to find somebody. */
export const MAX_EMAIL_LENGTH = 254;
export const MAX_SEARCH_LENGTH = MAX_EMAIL_LENGTH;

/** Of what stands in an address of ours and is read at all: nobody types as much. */
export const MAX_TYPED_LENGTH = 1024;

/** Of what a browser or a program says of itself. */
export const MAX_USER_AGENT_LENGTH = 512;

export const MAX_KEY_NAME_LENGTH = 100;
export const MAX_NOTE_LENGTH = 500;

/** Of what staff say when they change something. */
export const MAX_REASON_LENGTH = 300;

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 128;
