/** How the keys of a vendor's tokens are backed up that do not leave them; the names are those of quirks.ts. */
const VENDOR_BACKUPS: Readonly<Record<string, string>> = {
  softhsm: 'copy the token directory of SoftHSM while nothing uses it',
  nss: 'copy the database directory of NSS while nothing uses it',
  kryoptic: 'copy the database of Kryoptic while nothing uses it',
  tpm2: 'a TPM has no backup: the key stays with the chip, so plan a second CA key',
  cloudhsm:
    'AWS backs the cluster up daily, for its own HSMs only; copy a backup to another region and restore it once',
  yubihsm:
    'export the object under a wrap key that both devices have (yubihsm-shell, yubihsm-setup dump); it needs exportable-under-wrap',
  luna: 'clone the partition to a Backup HSM of the same domain (LunaCM: partition archive backup), or use an HA group',
  nshield:
    'back up /opt/nfast/kmdata/local, and keep a quorum of the Administrator Card Set elsewhere',
  'smartcard-hsm':
    'sc-hsm-tool --wrap-key, under a DKEK whose shares were handed out at initialisation',
  nethsm: 'see the guide of NetHSM about backup and restore of the whole device',
  utimaco: "see the vendor's guide about backups of its key databases",
  opencryptoki: 'see the guide of the token behind opencryptoki',
};

/** What to do for a key that cannot leave a token of this vendor. */
export const vendorBackup = (vendor: string): string =>
  VENDOR_BACKUPS[vendor] ?? "back the token up with its vendor's means";
