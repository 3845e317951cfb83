import { isDatabaseRefused, isUnmigrated } from "../lib/values/errors";
import { Failure } from "./failure";

/** Turns a database that is not as a command needs it into a sentence; anything else stays what it was. */
export function explainDatabaseError(error: unknown): unknown {
  if (isDatabaseRefused(error))
    return new Failure(
      "The database of DATABASE_URL cannot be used: it refuses the user or the password, or there is none of that name.",
    );
  if (isUnmigrated(error))
    return new Failure("The database does not have the tables of this version. Make them first: npm run migrate");
  return error;
}
