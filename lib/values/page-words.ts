/** What takes a page's place, with scripts and without. */
export const NO_SUCH_PAGE = {
  code: "404",
  title: "There is no such page",
  text: "The address may be mistyped, or what it led to is gone.",
};
export const FAILED_PAGE = {
  code: "Error",
  title: "Something went wrong",
  text: "This page could not be shown. Trying again often helps.",
  /** Before the code that the server log repeats. */
  report: "If it does not, tell us this code:",
};
export const FRONT_PAGE = "Go to the front page";
