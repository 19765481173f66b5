import { InvalidArgumentError } from 'commander';

const ISO_8601 = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Parses the time of an option. A day begins in Zulu; a time of day has to say its zone. */
export function instant(text: string): Date {
  const [, day] = ISO_8601.exec(text) ?? [];
  const [time, midnight] = [new Date(text), new Date(day ?? Number.NaN)];
  const exists = !Number.isNaN(time.getTime()) && !Number.isNaN(midnight.getTime());
  // a 30th of February would be taken for the 2nd of March
  if (exists && midnight.toISOString().startsWith(`${day}T`)) return time;
  throw new InvalidArgumentError('it has to be as 2027-01-01T00:00:00Z, or 2027-01-01');
}
