import type { Metadata } from "next";
import type { ReactNode } from "react";
import { currentTheme } from "@/app/_shell/current-theme";
import { chooseThemeAction } from "@/app/_shell/theme";
import { AccountName } from "@/components/account/account-name";
import { EmailState } from "@/components/account/email-state";
import { NewPasswordField } from "@/components/account/new-password-field";
import { SessionList } from "@/components/account/session-list";
import { secondaryButton } from "@/components/ui/button-styles";
import { CopyButton } from "@/components/ui/copy-button";
import { Form } from "@/components/ui/form";
import { PasswordField } from "@/components/ui/password-field";
import { SelectField } from "@/components/ui/select-field";
import { ShortcutSwitch } from "@/components/ui/shortcut-switch";
import { TextField } from "@/components/ui/text-field";
import { ThemeSwitch } from "@/components/ui/theme-switch";
import { figure } from "@/components/usage/figures";
import { requireUser } from "@/lib/doors/page-guards";
import { getProfile, type Profile } from "@/lib/identity/accounts";
import { listSessions } from "@/lib/identity/sessions";
import { getApiAccount } from "@/lib/keys/api-account";
import {
  changePasswordAction,
  endOtherSessionsAction,
  endSessionAction,
  mailVerificationAction,
  updateProfileAction,
} from "./actions";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  const user = await requireUser("/settings");
  const [profile, { sessions, areAll }, account, theme] = await Promise.all([
    getProfile(user.id),
    listSessions(user),
    getApiAccount(user),
    currentTheme(),
  ]);
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Settings</h1>
      <Section title="API account" lead="Support and some clients ask for this id. It is no secret.">
        <figure className="flex items-center justify-between gap-3 rounded-lg border border-line bg-surface py-2 pr-2 pl-4">
          <code translate="no" className="min-w-0 font-mono text-sm [overflow-wrap:anywhere]">
            {account.account_id}
          </code>
          <CopyButton text={account.account_id} what="API account id" />
        </figure>
      </Section>
      <Section
        title="E-mail address"
        lead={`You sign in with it, and links to choose a new password go to it.${promise(profile)}`}
      >
        <EmailState email={profile.email} isVerified={profile.emailVerified} action={mailVerificationAction} />
      </Section>
      <Section title="Profile" lead="Your name, and how to reach you.">
        <Form action={updateProfileAction} submit="Save profile" submitStyle={secondaryButton}>
          <div className="grid gap-5 sm:grid-cols-2 sm:gap-3">
            <TextField name="first_name" label="First name" autoComplete="given-name" defaultValue={profile.firstName} required />
            <TextField name="last_name" label="Last name" autoComplete="family-name" defaultValue={profile.lastName} />
          </div>
          <TextField
            name="phone_number"
            label="Phone number"
            type="tel"
            autoComplete="tel"
            defaultValue={profile.phoneNumber ?? ""}
          />
          <div id="time-zone" className="scroll-mt-4">
            <SelectField
              name="timezone"
              label="Time zone"
              options={timezones(profile.timezone)}
              defaultValue={profile.timezone}
              hint="Pages write all times in it, and the last day of a key ends with the day there."
            />
          </div>
        </Form>
      </Section>
      <Section title="Password" lead="Changing it signs you out everywhere else.">
        <Form action={changePasswordAction} submit="Change password" submitStyle={secondaryButton}>
          <AccountName email={profile.email} />
          <PasswordField name="currentPassword" label="Current password" autoComplete="current-password" />
          <NewPasswordField name="newPassword" label="New password" />
        </Form>
      </Section>
      <Section
        title="Sessions"
        lead="In the portal and over the API. One ends after about seven days without use, ninety days after it began, when it is signed out, and with the password."
      >
        <SessionList sessions={sessions} areAll={areAll} current={user.sessionId} now={new Date()} action={endSessionAction} />
        <div className="mt-4">
          <Form
            action={endOtherSessionsAction}
            submit="Sign out everywhere else"
            sending="Signing out…"
            submitStyle={secondaryButton}
          />
        </div>
      </Section>
      <Section title="Theme" lead="Kept in this browser.">
        <div className="group/named w-fit" data-named>
          <ThemeSwitch theme={theme} action={chooseThemeAction} />
        </div>
      </Section>
      <div className="noscript:hidden">
        <Section title="Keyboard shortcuts" lead="Press ? to see them. Kept in this browser.">
          <ShortcutSwitch />
        </Section>
      </div>
    </>
  );
}

/** Of what waits for the address to be confirmed. */
function promise({ creditsOnConfirmation }: Profile): string {
  return creditsOnConfirmation ? ` Confirm it, and ${figure(Number(creditsOnConfirmation))} credits are yours.` : "";
}

function Section({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <section
      aria-label={title}
      className="mt-8 grid gap-x-12 gap-y-4 border-line border-t pt-8 lg:grid-cols-[18rem_minmax(0,1fr)]"
    >
      <div>
        <h2 className="font-medium text-lg">{title}</h2>
        <p className="mt-1 max-w-measure text-ink-muted">{lead}</p>
      </div>
      <div className="max-w-xl">{children}</div>
    </section>
  );
}

/** What the platform knows, and what is chosen now. */
function timezones(chosen: string): string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone"), chosen])].sort();
}
