import { SYSTEM_ACTOR } from "../lib/audit/actors";
import { disconnect } from "../lib/database/client";
import { forgotPasswordSchema } from "../lib/identity/schemas";
import { grantAdmin } from "../lib/users/grant-admin";
import { AppError } from "../lib/values/errors";
import { describeSecrets, reportSecrets } from "./admin-secrets";
import { manageServices, SERVICES_USAGE } from "./admin-services";
import { explainDatabaseError } from "./database-failure";
import { describeDiagnosis, diagnose } from "./doctor";
import { Failure } from "./failure";
import { withDatabase } from "./migrate";

const USAGE = `Say what to do, and for whom:
  npm run admin -- grant EMAIL            makes the user an administrator
  npm run admin -- reset-password EMAIL   prints a link that sets a new password
  npm run admin -- secrets [--json]       says which secrets are being rotated, and which keys still need a former one
  npm run admin -- doctor [--json]        says which settings to mend or to look at, and how the database is; ends with 1 to mend

${SERVICES_USAGE}`;

const COMMANDS: Record<string, (email: string) => Promise<string[]>> = { grant, "reset-password": resetPassword };

/** For whoever runs the portal and cannot, or need not, sign in to it. */
export async function main([name = "", email = "", ...rest]: string[]): Promise<void> {
  if (name === "services") return manageServices(email ? [email, ...rest] : rest);
  if (name === "secrets" && rest.length === 0 && ["", "--json"].includes(email)) return printSecrets(email === "--json");
  if (name === "doctor" && rest.length === 0 && ["", "--json"].includes(email)) return printDiagnosis(email === "--json");
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || rest.length > 0) throw new Failure(USAGE);
  const input = forgotPasswordSchema.safeParse({ email });
  if (!input.success) throw new Failure(email ? `"${email}" is not an e-mail address.` : USAGE);
  const lines = await withDatabase(() =>
    command(input.data.email)
      .catch((error: unknown) => {
        throw explain(error, input.data.email);
      })
      .finally(disconnect),
  );
  console.log(lines.join("\n"));
}

async function printSecrets(isJson: boolean): Promise<void> {
  const lines = await withDatabase(async (env) => {
    const report = await reportSecrets(env).catch((error: unknown) => {
      throw explain(error, "");
    });
    return isJson ? JSON.stringify(report, null, 2) : describeSecrets(report).join("\n");
  }).finally(disconnect);
  console.log(lines);
}

async function printDiagnosis(isJson: boolean): Promise<void> {
  const diagnosis = await withDatabase(diagnose).finally(disconnect);
  console.log(isJson ? JSON.stringify(diagnosis, null, 2) : describeDiagnosis(diagnosis).join("\n"));
  if (diagnosis.problems.length > 0) process.exitCode = 1;
}

async function grant(email: string): Promise<string[]> {
  const { wasAdmin, isBanned } = await grantAdmin(SYSTEM_ACTOR, email);
  const lines = [wasAdmin ? `${email} is an administrator already.` : `${email} is an administrator now.`];
  if (isBanned) lines.push("They are banned, and cannot sign in until another administrator lifts the ban.");
  return lines;
}

async function resetPassword(email: string): Promise<string[]> {
  // Loaded where it is needed, because it loads the identity library.
  const { issueResetLink } = await import("../lib/identity/password-reset");
  const link = await issueResetLink(SYSTEM_ACTOR, email);
  return [`${email} can choose a new password here. The link works once, for one hour:`, link];
}

function explain(error: unknown, email: string): unknown {
  if (error instanceof AppError && error.code === "USER_NOT_FOUND")
    return new Failure(`There is no user with the address ${email}.`);
  return explainDatabaseError(error);
}
