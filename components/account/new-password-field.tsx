import { PasswordField } from "@/components/ui/password-field";
import { MIN_PASSWORD_LENGTH } from "@/lib/values/lengths";

/** Where somebody chooses a password. */
export function NewPasswordField({ name, label }: { name: string; label: string }) {
  const hint = `At least ${MIN_PASSWORD_LENGTH} characters. A sentence is good.`;
  return <PasswordField name={name} label={label} autoComplete="new-password" hint={hint} />;
}
