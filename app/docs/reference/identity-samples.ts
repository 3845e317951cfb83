import type { FailureCase } from "@/lib/doors/dialects/dialect";

export const USER = {
  id: "550e8400-e29b-41d4-a716-446655440000",
  email: "asha@example.com",
  first_name: "Asha",
  last_name: "Mrema",
  full_name: "Asha Mrema",
  short_name: "Asha",
  phone_number: "+255 700 000 000",
  timezone: "Africa/Dar_es_Salaam",
  is_verified: false,
  phone_verified: false,
  is_staff: false,
  is_superuser: false,
  credits: 1000,
  created_at: new Date("2025-01-20T10:30:00.000Z"),
  updated_at: new Date("2025-01-20T10:30:00.000Z"),
  last_login_at: new Date("2025-01-20T10:30:00.000Z"),
};
export const PROFILE = {
  first_name: "Asha",
  last_name: "Mrema",
  phone_number: "+255 700 000 000",
  timezone: "Africa/Dar_es_Salaam",
};
export const RESET_TOKEN = "p5VbJ0n3sC2eYv8qK1wZrT7uXh4dLf9gMa6iBo0jQkE";
export const TOO_COMMON = "This password is too common.";
export const PASSWORD = "correct horse battery";

export const wrong = (fields: Record<string, string[]>): FailureCase => ({ code: "INVALID_INPUT", fields });
export const required = (field: string) => wrong({ [field]: ["This field is required."] });
export const THROTTLE: FailureCase = { code: "TOO_MANY_REQUESTS", message: "Too many attempts. Try again in 42 seconds." };
