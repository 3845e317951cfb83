import { CREDENTIAL_PREFIXES } from "@latchkey/rule/credentials";
import { SearchInput, type SearchInputProps } from "./search-input";

/** Whatever holds no more of a credential than lists show. */
const NO_CREDENTIAL = `(?!.*(?:${Object.values(CREDENTIAL_PREFIXES).join("|")})[0-9A-Za-z]{7}).*`;

type WithoutPattern<Props> = Props extends unknown ? Omit<Props, "pattern"> : never;

/** Where something is typed, or a credential pasted. Made on the server: what credentials look like is no script of the page. */
export function SearchField(props: WithoutPattern<SearchInputProps>) {
  return <SearchInput {...props} pattern={NO_CREDENTIAL} />;
}
