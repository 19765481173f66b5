// Written by "npm run generate" from built-in.ts; do not edit.
import type { ConstantExtension } from './profile-config.ts';

const hex = (digits: string): Uint8Array => Buffer.from(digits, 'hex');

/** The constant extensions of each built-in profile, as @peculiar/x509 encodes them. */
// biome-ignore format: a table
export const CONSTANT_EXTENSIONS: Readonly<Record<string, readonly ConstantExtension[]>> = {
  'root-ca': [
    { oid: '2.5.29.19', critical: true, value: hex('30030101ff') },
    { oid: '2.5.29.15', critical: true, value: hex('03020186') },
  ],
  'issuing-ca': [
    { oid: '2.5.29.19', critical: true, value: hex('30060101ff020100') },
    { oid: '2.5.29.15', critical: true, value: hex('03020186') },
  ],
  'cross-ca': [
    { oid: '2.5.29.19', critical: true, value: hex('30030101ff') },
    { oid: '2.5.29.15', critical: true, value: hex('03020186') },
  ],
  'tls-server': [
    { oid: '2.5.29.19', critical: true, value: hex('3000') },
    { oid: '2.5.29.15', critical: true, value: hex('030205a0'), keys: 'both' },
    { oid: '2.5.29.15', critical: true, value: hex('03020780'), keys: 'signature' },
    { oid: '2.5.29.15', critical: true, value: hex('03020520'), keys: 'encryption' },
    { oid: '2.5.29.37', critical: false, value: hex('300a06082b06010505070301') },
  ],
  'tls-client': [
    { oid: '2.5.29.19', critical: true, value: hex('3000') },
    { oid: '2.5.29.15', critical: true, value: hex('03020780') },
    { oid: '2.5.29.37', critical: false, value: hex('300a06082b06010505070302') },
  ],
  'code-signing': [
    { oid: '2.5.29.19', critical: true, value: hex('3000') },
    { oid: '2.5.29.15', critical: true, value: hex('03020780') },
    { oid: '2.5.29.37', critical: false, value: hex('300a06082b06010505070303') },
  ],
  'email': [
    { oid: '2.5.29.19', critical: true, value: hex('3000') },
    { oid: '2.5.29.15', critical: true, value: hex('030205a0'), keys: 'both' },
    { oid: '2.5.29.15', critical: true, value: hex('03020780'), keys: 'signature' },
    { oid: '2.5.29.15', critical: true, value: hex('03020520'), keys: 'encryption' },
    { oid: '2.5.29.37', critical: false, value: hex('300a06082b06010505070304') },
  ],
  'ocsp-signing': [
    { oid: '2.5.29.19', critical: true, value: hex('3000') },
    { oid: '2.5.29.15', critical: true, value: hex('03020780') },
    { oid: '2.5.29.37', critical: false, value: hex('300a06082b06010505070309') },
    { oid: '1.3.6.1.5.5.7.48.1.5', critical: false, value: hex('0500') },
  ],
  'timestamping': [
    { oid: '2.5.29.19', critical: true, value: hex('3000') },
    { oid: '2.5.29.15', critical: true, value: hex('03020780') },
    { oid: '2.5.29.37', critical: true, value: hex('300a06082b06010505070308') },
  ],
};
