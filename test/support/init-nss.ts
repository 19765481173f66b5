// init-nss.ts MODULE PARAMETERS PIN
// Makes the databases of NSS and gives them their first PIN. A program of its own, because no
// process can give a module other parameters once it is initialised.
import pkcs11js from 'pkcs11js';

const [module = '', parameters = '', pin = ''] = process.argv.slice(2);
const library = new pkcs11js.PKCS11();
library.load(module);
// pkcs11js cuts the last character off
library.C_Initialize({ flags: pkcs11js.CKF_OS_LOCKING_OK, libraryParameters: `${parameters} ` });
const databases = library.C_GetSlotList(true)[1]; // the other slot computes and keeps nothing
if (!databases) throw new Error('NSS has no slot for its databases');
const session = library.C_OpenSession(
  databases,
  pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION,
);
library.C_Login(session, pkcs11js.CKU_SO, ''); // new databases have an empty one
library.C_InitPIN(session, pin);
library.C_Finalize();
