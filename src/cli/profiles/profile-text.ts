import type { ProfileDocument } from '../../profiles/profile-schema.ts';

/** YAML under a line of comment. */
export async function profileText(comment: string, document: ProfileDocument): Promise<string> {
  const { stringify } = await import('yaml');
  const text = stringify(document, { lineWidth: 0, collectionStyle: 'any' });
  return `# ${comment}\n${text}`;
}
