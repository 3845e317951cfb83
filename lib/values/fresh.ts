/** For that long after the password was given in it, a session of staff may change and download things. */
export const FRESH_MINUTES = 15;

/** Said wherever the password is asked for: also of a session in which it was never given, or was given just now. */
export const PASSWORD_NEEDED = `This needs your password, given in the last ${FRESH_MINUTES} minutes.`;
