import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;

/** What Bouncy Castle reads in a CRL. */
final class BouncyCastleCrl {
  /** Members of a JSON object: both numbers in decimals or null, an entry as a serial in hexadecimal and its reason. */
  static String contents(X509CRLHolder crl) {
    List<String> entries = new ArrayList<>();
    for (Object item : crl.getRevokedCertificates()) {
      X509CRLEntryHolder entry = (X509CRLEntryHolder) item;
      Extension reason = entry.getExtension(Extension.reasonCode);
      String name = reason == null ? "" : CRLReason.getInstance(reason.getParsedValue()).toString();
      entries.add(BouncyCastleJudge.quoted(entry.getSerialNumber().toString(16) + name.replace("CRLReason:", "")));
    }
    return String.format("\"number\":%s,\"base\":%s,\"entries\":%s",
        number(crl, Extension.cRLNumber), number(crl, Extension.deltaCRLIndicator), entries);
  }

  private static String number(X509CRLHolder crl, ASN1ObjectIdentifier oid) {
    Extension found = crl.getExtension(oid);
    return found == null ? "null" : '"' + ASN1Integer.getInstance(found.getParsedValue()).getValue().toString() + '"';
  }
}
