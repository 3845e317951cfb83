import "server-only";

/** Salted scrypt: of every password that is set or asked for, here or by the identity library (auth.ts gets these two). */
export { hashPassword, verifyPassword } from "better-auth/crypto";
