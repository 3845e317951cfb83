"use client";

import type { ReactNode } from "react";
import type { FormAction, FormState } from "@/lib/doors/form-state";
import { ActionDialog } from "../users/action-dialog";

/** What a button does, and what is said before. */
export type DeedProps = {
  title: string;
  description: ReactNode;
  submit: string;
  isDanger?: boolean;
  action: FormAction;
  hidden: Record<string, string>;
  children?: ReactNode;
};

type Props = DeedProps & { onClose: () => void; onDone: (state: FormState) => void; onClosed: () => void };

export function DeedDialog(props: Props) {
  return <ActionDialog {...props} />;
}
