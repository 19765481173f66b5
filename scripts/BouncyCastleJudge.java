// Bouncy Castle as an outside judge of what pki signs. Built and started by scripts/install-tools as
//   bc-judge cert CERT ISSUER [CERT ISSUER ...]
//   bc-judge crl CRL ISSUER [CRL ISSUER ...]
// Files are PEM or DER. It writes one line of JSON a pair and exits with 0 if every signature is valid:
//   {"file":"server.crt","signature":true,"alternative":"absent"}
// "signature" is the native or composite signature, "alternative" that of ITU-T X.509 clause 9.8
// (Catalyst): "true", "false" or "absent". Only signatures are judged: no dates, names or chains.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.Base64;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectAltPublicKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

public final class BouncyCastleJudge {
  public static void main(String[] args) {
    if (args.length < 3 || args.length % 2 == 0 || !args[0].matches("cert|crl")) {
      System.err.println("usage: bc-judge cert|crl FILE ISSUER [FILE ISSUER ...]");
      System.exit(2);
    }
    Security.addProvider(new BouncyCastleProvider());
    boolean allValid = true;
    for (int i = 1; i < args.length; i += 2) {
      allValid &= report(args[0], args[i], args[i + 1]);
    }
    System.exit(allValid ? 0 : 1);
  }

  /** Prints the verdict on one file; what cannot be parsed or verified is an invalid signature. */
  private static boolean report(String kind, String file, String issuerFile) {
    try {
      X509CertificateHolder issuer = new X509CertificateHolder(read(issuerFile));
      Verdict verdict = kind.equals("crl")
          ? judge(new X509CRLHolder(read(file)), issuer)
          : judge(new X509CertificateHolder(read(file)), issuer);
      System.out.printf("{\"file\":%s,\"signature\":%s,\"alternative\":\"%s\"}%n",
          quoted(file), verdict.signature, verdict.alternative);
      return verdict.signature && !verdict.alternative.equals("false");
    } catch (Exception error) {
      System.out.printf("{\"file\":%s,\"signature\":false,\"error\":%s}%n", quoted(file), quoted(error.toString()));
      return false;
    }
  }

  private static Verdict judge(X509CertificateHolder certificate, X509CertificateHolder issuer) throws Exception {
    boolean signature = certificate.isSignatureValid(nativeKey(issuer));
    if (certificate.getExtension(Extension.altSignatureValue) == null) return new Verdict(signature, "absent");
    return new Verdict(signature, String.valueOf(certificate.isAlternativeSignatureValid(alternativeKey(issuer))));
  }

  private static Verdict judge(X509CRLHolder crl, X509CertificateHolder issuer) throws Exception {
    boolean signature = crl.isSignatureValid(nativeKey(issuer));
    if (crl.getExtension(Extension.altSignatureValue) == null) return new Verdict(signature, "absent");
    return new Verdict(signature, String.valueOf(crl.isAlternativeSignatureValid(alternativeKey(issuer))));
  }

  private static ContentVerifierProvider nativeKey(X509CertificateHolder issuer) throws Exception {
    return verifier(issuer.getSubjectPublicKeyInfo());
  }

  private static ContentVerifierProvider alternativeKey(X509CertificateHolder issuer) throws Exception {
    SubjectAltPublicKeyInfo key = SubjectAltPublicKeyInfo.fromExtensions(issuer.getExtensions());
    if (key == null) throw new IllegalArgumentException("the issuer has no alternative public key");
    return verifier(SubjectPublicKeyInfo.getInstance(key.toASN1Primitive()));
  }

  private static ContentVerifierProvider verifier(SubjectPublicKeyInfo key) throws Exception {
    return new JcaContentVerifierProviderBuilder().setProvider("BC").build(key);
  }

  /** Returns the DER of the first PEM block, or the file itself if it is DER (an ASN.1 SEQUENCE). */
  private static byte[] read(String file) throws Exception {
    byte[] bytes = Files.readAllBytes(Path.of(file));
    if (bytes.length > 0 && bytes[0] == 0x30) return bytes;
    String text = new String(bytes, StandardCharsets.US_ASCII)
        .replaceFirst("(?s).*?-----BEGIN [^-]+-----", "").replaceFirst("(?s)-----END.*", "");
    return Base64.getMimeDecoder().decode(text);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ") + '"';
  }

  private static final class Verdict {
    final boolean signature;
    final String alternative;

    Verdict(boolean signature, String alternative) {
      this.signature = signature;
      this.alternative = alternative;
    }
  }
}
