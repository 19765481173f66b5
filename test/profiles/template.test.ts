import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expanded, placeholders, templateProblem } from '../../src/profiles/template.ts';

describe('a template', () => {
  it('has each placeholder replaced, once, by its value as it is', () => {
    const values = { host: 'www', team: '{host}$&' };
    expect(expanded('{host}.{team}.{host}', values)).toBe('www.{host}$&.www');
  });

  it('is itself without placeholders', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[{}]/.test(text)),
        (text) => {
          expect(expanded(text, {})).toBe(text);
          expect(placeholders(text)).toEqual([]);
          expect(templateProblem(text, [])).toBeUndefined();
        },
      ),
    );
  });

  it('that has no problem has a value for each placeholder', () => {
    const values = { a: '1', b: '2' };
    const part = fc.constantFrom(
      '{a}',
      '{b}',
      '{c}',
      '{',
      '}',
      '{}',
      '{{a}}',
      'x',
      '{constructor}',
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (template) => {
          if (templateProblem(template, Object.keys(values)) === undefined) {
            expect(expanded(template, values)).toMatch(/^[12x]*$/);
          } else {
            expect(template).toMatch(/[{}]/);
          }
        },
      ),
    );
  });

  it('names what is wrong with it', () => {
    expect(templateProblem('{a', ['a'])).toBe('a brace has no partner');
    expect(templateProblem('a}', ['a'])).toBe('a brace has no partner');
    expect(templateProblem('{b}', ['a'])).toBe(
      '"{b}" is not a variable of the profile; there is: a',
    );
    expect(templateProblem('{}', [])).toBe('"{}" is not a variable of the profile; it has none');
  });
});
