import { sameOctets } from '../der/same-octets.ts';
import { sha256 } from '../der/sha256.ts';
import { timeText } from '../der/time.ts';
import { comparableName, nameKey } from '../path/comparable-name.ts';
import type { Clock } from '../ports.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { parseCertificate, type TbsCertificate } from '../x509/certificate.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { generalNameText } from '../x509/general-names.ts';
import { nameText, parseName } from '../x509/names.ts';
import { keyFingerprints } from './blocked-keys.ts';
import type { Draft } from './draft.ts';
import type { Issuer } from './issuer.ts';
import { revokedIssuer } from './revoked-issuer.ts';
import { shownName } from './shown-name.ts';
import type { CaStore, CertificateRecord, OtherIssuances } from './store.ts';

/** What the CA knows of the key and the name of a draft, by its records and its lists. */
export interface Background {
  /** Where the key, or a part of it, is listed as blocked. */
  readonly blocked?: string | undefined;
  /** Which certificate of the issuer, or above it, is revoked. */
  readonly revokedIssuer?: string | undefined;
  /** A certificate of the key that was revoked because of a compromise. */
  readonly compromised?: CertificateRecord | undefined;
  /** The newest certificate of the key under another name, whatever became of it. */
  readonly otherName?: CertificateRecord | undefined;
  /** The newest certificate of the name for another key that is still good, or on hold. */
  readonly otherKey?: CertificateRecord | undefined;
}

interface Known {
  readonly store: CaStore;
  readonly clock: Clock;
}

/** Asks the store and the lists of blocked keys; what follows from it is for the rows to say. */
export async function backgroundOf(
  { tbs, subject, profile }: Pick<Draft, 'tbs' | 'subject' | 'profile'>,
  issuer: Pick<Issuer, 'blockedKeys' | 'certificate' | 'chain' | 'issuerCrls'>,
  { store, clock }: Known,
): Promise<Background> {
  const alternative = knownExtensions(tbs.extensions).subjectAltPublicKeyInfo;
  const keys = [tbs.publicKey, ...(alternative ? [alternative] : [])];
  const ofName =
    subject.length === 0 || settingOf(profile).reusedName === 'allow'
      ? undefined
      : await firstOf(store.findBySubject(nameText(subject)), isGoodForOther(tbs, clock()));
  return {
    revokedIssuer: await revokedIssuer(issuer),
    blocked: await issuer.blockedKeys?.find(keys.flatMap(keyFingerprints)),
    ...(await certificatesOfKey(tbs, store)),
    otherKey: ofName,
  };
}

/**
 * The same of what there is when the intent is recorded: others may have issued or revoked since the
 * draft, and what they are about to sign counts as well.
 */
export function backgroundAmong(
  { ofKey, ofSubject }: OtherIssuances,
  tbs: TbsCertificate,
  profile: ReuseSetting,
  now: Date,
): Background {
  let known: OfKey = {};
  for (const record of ofKey) known = withRecord(known, tbs, record);
  if (settingOf(profile).reusedName === 'allow' || isNameless(tbs)) return known;
  return { ...known, otherKey: Iterator.from(ofSubject).find(isGoodForOther(tbs, now)) };
}

async function certificatesOfKey(tbs: TbsCertificate, store: CaStore): Promise<OfKey> {
  const hash = sha256(tbs.publicKey);
  let known: OfKey = {};
  for await (const record of store.findByKey(hash)) known = withRecord(known, tbs, record);
  return known;
}

type OfKey = Pick<Background, 'compromised' | 'otherName'>;

function withRecord(
  { compromised, otherName }: OfKey,
  tbs: TbsCertificate,
  record: CertificateRecord,
): OfKey {
  const isCompromised = /compromise$/i.test(record.revocation?.reason ?? '');
  return {
    compromised: compromised ?? (isCompromised ? record : undefined),
    otherName: otherName ?? (isOfOtherName(tbs, record) ? record : undefined),
  };
}

/** By the subject; certificates without one are of the same name if they share an alternative one. */
function isOfOtherName(tbs: TbsCertificate, { der, subject }: CertificateRecord): boolean {
  if (!der) return isNameless(tbs) || !isAlike(subject, nameText(parseName(tbs.subject)));
  const earlier = parseCertificate(der).tbs;
  const [one, other] = [tbs, earlier].map(({ subject }) => comparableName(subject));
  if (!one || !other || nameKey(one) !== nameKey(other)) return true;
  if (one.length > 0) return false;
  const names = alternativeNames(tbs);
  return !alternativeNames(earlier).some((name) => names.includes(name));
}

const isGoodForOther =
  ({ publicKey }: TbsCertificate, now: Date) =>
  ({ notAfter, revocation, der }: CertificateRecord): boolean =>
    notAfter >= now &&
    (revocation === undefined || revocation.reason === 'certificateHold') &&
    (der === undefined || !sameOctets(parseCertificate(der).tbs.publicKey, publicKey));

const isNameless = ({ subject }: TbsCertificate): boolean => parseName(subject).length === 0;

const isAlike = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

async function firstOf<Item>(
  items: AsyncIterable<Item>,
  test: (item: Item) => boolean,
): Promise<Item | undefined> {
  for await (const item of items) if (test(item)) return item;
  return undefined;
}

const alternativeNames = ({ extensions }: TbsCertificate): readonly string[] =>
  (knownExtensions(extensions).subjectAltName ?? []).map((name) =>
    generalNameText(name).toLowerCase(),
  );

/** What a profile says of keys and names that were there before, with what it does not say. */
export const settingOf = ({ duplicateKey = 'note', reusedName = 'allow' }: ReuseSetting) => ({
  duplicateKey,
  reusedName,
});

export type ReuseSetting = Pick<Profile, 'duplicateKey' | 'reusedName'>;

/** The sentences that a profile refuses, or notes, as it says. */
export const duplicateKeyText = ({ otherName }: Background): string | undefined =>
  otherName &&
  (otherName.status === 'intent'
    ? `the issuance of ${otherName.serial} is for the same key, and has no result yet: ${otherName.subject}`
    : `the certificate ${otherName.serial} is for the same key under another name: ${shownName(otherName)}`);

export const reusedNameText = ({ otherKey }: Background): string | undefined =>
  otherKey &&
  `the ${otherKey.status === 'intent' ? 'issuance of' : 'certificate'} ${otherKey.serial} is for the same subject with another key, until ${timeText(otherKey.notAfter)}`;

/** What a profile has noted and not refused. */
export function backgroundNotes(background: Background, profile: Profile): readonly string[] {
  const { duplicateKey, reusedName } = settingOf(profile);
  return [
    ...(duplicateKey === 'note' ? [duplicateKeyText(background)] : []),
    ...(reusedName === 'note' ? [reusedNameText(background)] : []),
  ].flatMap((text) => text ?? []);
}
