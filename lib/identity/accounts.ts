import "server-only";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Transaction } from "@/lib/database/client";
import { enterCredits } from "@/lib/ledger/ledger";
import { AppError, ERRORS } from "@/lib/values/errors";
import { Prisma, type Role } from "@/prisma/generated/client";
import { lockPerson } from "./locked-person";
import { hashNewPassword, refuseEasy } from "./new-password";
import { accountFields, type ProfileInput, type RegisterInput } from "./schemas";
import { divideSignupCredits } from "./signup-credits";

const profileSelect = {
  id: true,
  email: true,
  firstName: true,
  lastName: true,
  phoneNumber: true,
  phoneVerified: true,
  timezone: true,
  emailVerified: true,
  role: true,
  credits: true,
  createdAt: true,
  updatedAt: true,
  lastLoginAt: true,
  creditsOnConfirmation: true,
} satisfies Prisma.UserSelect;

/** What people may see of themselves. Never holds a password hash. */
export type Profile = Prisma.UserGetPayload<{ select: typeof profileSelect }>;

type NewUser = Pick<RegisterInput, "email" | "password" | "first_name" | "last_name"> &
  Partial<Pick<RegisterInput, "phone_number" | "timezone">>;

/**
 * Makes a user with a password, in one transaction with the audit entry. Who signs up themselves has proved nothing yet.
 * @throws AppError EMAIL_TAKEN with fields, INVALID_INPUT with fields for a password that is too easy
 */
export async function registerUser(
  actor: Actor,
  input: NewUser,
  special: { role?: Role; emailVerified?: boolean } = {},
): Promise<Profile> {
  const owner = { email: input.email, firstName: input.first_name, lastName: input.last_name };
  const hash = await hashNewPassword({ text: input.password, field: "password" }, owner);
  const isUnproven = actor.kind === "user" && !special.emailVerified;
  try {
    return await db().$transaction(async (tx) => {
      const credits = await divideSignupCredits(tx, special.emailVerified ?? false);
      const { id } = await tx.user.create({
        data: {
          email: input.email,
          name: `${input.first_name} ${input.last_name}`.trim(),
          firstName: input.first_name,
          lastName: input.last_name,
          phoneNumber: input.phone_number ?? null,
          timezone: input.timezone ?? "UTC",
          creditsOnConfirmation: credits.later,
          unproven: isUnproven,
          ...special,
        },
        select: { id: true },
      });
      await tx.account.create({
        data: { userId: id, providerId: "credential", accountId: id, password: hash },
        select: { id: true },
      });
      await enterCredits(tx, { userId: id, amount: credits.now, kind: "signup" });
      const user = await tx.user.findUniqueOrThrow({ where: { id }, select: profileSelect });
      await recordAudit(
        tx,
        { ...actor, userId: actor.userId ?? (actor.kind === "user" ? user.id : null) },
        {
          action: "user.registered",
          target: { kind: "user", id: user.id },
          after: { email: user.email, role: user.role, credits: Number(user.credits) },
        },
      );
      return user;
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
      throw new AppError("EMAIL_TAKEN", { fields: { email: [ERRORS.EMAIL_TAKEN.message] }, cause: error });
    }
    throw error;
  }
}

/** Of a name that is not right itself, as much is compared with the password. */
const MAX_NAME_LENGTH = 200;

/**
 * Why an account was not made, with what else of the same form would be refused: an address that is taken, a password that is
 * too easy. Nothing is hashed, and nobody else is asked, for a form that is not right.
 */
export async function withAllRefusals(error: unknown, typed: Record<string, unknown>): Promise<unknown> {
  if (!(error instanceof AppError) || error.code !== "INVALID_INPUT" || !error.fields) return error;
  const fields = { ...error.fields };
  const email = accountFields.email.safeParse(typed.email).data ?? "";
  const password = accountFields.password.safeParse(typed.password);
  const [firstName = "", lastName = ""] = [typed.first_name ?? typed.name, typed.last_name].map((name) =>
    String(name ?? "").slice(0, MAX_NAME_LENGTH),
  );
  const easy = password.success && refuseEasy(password.data, { email, firstName, lastName });
  if (easy) fields.password = [easy];
  const isTaken = email !== "" && (await db().user.findUnique({ where: { email }, select: { id: true } })) !== null;
  if (isTaken) fields.email = [ERRORS.EMAIL_TAKEN.message];
  return new AppError(isTaken ? "EMAIL_TAKEN" : error.code, { message: error.message, fields, cause: error });
}

export async function getProfile(userId: string): Promise<Profile> {
  return db().user.findUniqueOrThrow({ where: { id: userId }, select: profileSelect });
}

/** Changes the fields that people may change themselves; what is left out stays. Where nothing changes, nothing is recorded. */
export async function updateProfile(user: CurrentUser, input: ProfileInput): Promise<Profile> {
  return db().$transaction(async (tx) => {
    const before = await lockProfile(tx, user.id);
    const firstName = input.first_name ?? before.firstName;
    const lastName = input.last_name ?? before.lastName;
    const phoneNumber = input.phone_number === undefined ? before.phoneNumber : input.phone_number;
    const wanted = { firstName, lastName, phoneNumber, timezone: input.timezone ?? before.timezone };
    if (JSON.stringify(editable(before)) === JSON.stringify(editable(wanted))) return before;
    const after = await tx.user.update({
      where: { id: user.id },
      data: { ...wanted, name: `${firstName} ${lastName}`.trim() },
      select: profileSelect,
    });
    await recordAudit(tx, user.actor, {
      action: "user.profile_updated",
      target: { kind: "user", id: user.id },
      before: editable(before),
      after: editable(after),
    });
    return after;
  });
}

async function lockProfile(tx: Transaction, userId: string): Promise<Profile> {
  await lockPerson(tx, userId);
  return tx.user.findUniqueOrThrow({ where: { id: userId }, select: profileSelect });
}

function editable(user: Pick<Profile, "firstName" | "lastName" | "phoneNumber" | "timezone">) {
  return { first_name: user.firstName, last_name: user.lastName, phone_number: user.phoneNumber, timezone: user.timezone };
}
