/** The first instant after that day where the visitor is; null while no day is chosen. */
export function endOfDay(date: string): Date | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
  return year ? new Date(Number(year), Number(month) - 1, Number(day) + 1) : null;
}
