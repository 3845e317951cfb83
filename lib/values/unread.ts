/** In the place of a form's field that cannot be read: what is wrong with it, so that it is told with all else that is. */
export class Unread {
  constructor(readonly problem: string) {}
}
