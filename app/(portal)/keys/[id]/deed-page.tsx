import type { ReactNode } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Link } from "@/components/ui/link";
import type { FormAction } from "@/lib/doors/form-state";

type Props = {
  uuid: string;
  title: ReactNode;
  warning: string;
  submit: string;
  submitStyle: string;
  action: FormAction;
  children?: ReactNode;
};

/** A question about one key and its answer, as a dialog has them where there are scripts. */
export function DeedPage({ uuid, title, warning, submit, submitStyle, action, children }: Props) {
  return (
    <div className="max-w-lg">
      <Form
        action={action}
        submit={submit}
        submitStyle={submitStyle}
        heading={
          <div>
            <h1 className="font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">{title}</h1>
            <p className="mt-2 text-ink-muted">{warning}</p>
          </div>
        }
        cancel={
          <Link href={`/keys/${uuid}`} className={secondaryButton}>
            Cancel
          </Link>
        }
      >
        <input type="hidden" name="uuid" value={uuid} />
        {children}
      </Form>
    </div>
  );
}
