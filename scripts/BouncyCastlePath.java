import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRL;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.jcajce.PKIXExtendedParameters;

/**
 * Path validation by Bouncy Castle's PKIX provider, which looks at signatures, native and composite, not at alternative
 * ones. The chain is a file in PEM: the certificate first, those above it but for the root, and what there is of CRLs
 * and of one OCSP response (label OCSP RESPONSE), about the first certificate. Without any nobody asks for revocation;
 * with CRLs it has to be known of all, with an OCSP response alone of the first.
 */
final class BouncyCastlePath {
  private static final Pattern PEM = Pattern.compile("(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END");

  /** Prints the verdict on one path. */
  static boolean report(String chain, String root, String time) {
    String problem = problem(chain, root, time);
    String why = problem == null ? "" : ",\"error\":" + BouncyCastleJudge.quoted(problem);
    System.out.printf("{\"file\":%s,\"path\":%s%s}%n", BouncyCastleJudge.quoted(chain), problem == null, why);
    return problem == null;
  }

  /** Why the path does not hold at that time, an ISO 8601 instant; null if it does. */
  private static String problem(String chain, String root, String time) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
      List<X509Certificate> certificates = certificates(factory, chain);
      CertPathValidator validator = CertPathValidator.getInstance("PKIX", "BC");
      TrustAnchor anchor = new TrustAnchor(certificates(factory, root).get(0), null);
      PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
      parameters.setDate(Date.from(Instant.parse(time)));
      List<CRL> crls = new ArrayList<>();
      for (byte[] der : blocks(chain, "X509 CRL")) crls.add(factory.generateCRL(new ByteArrayInputStream(der)));
      parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls), "BC"));
      List<byte[]> responses = blocks(chain, "OCSP RESPONSE");
      parameters.setRevocationEnabled(!crls.isEmpty() || !responses.isEmpty());
      if (!responses.isEmpty()) {
        PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        checker.setOcspResponses(Map.of(certificates.get(0), responses.get(0)));
        if (crls.isEmpty()) {
          checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
        }
        parameters.addCertPathChecker(checker);
      }
      PKIXExtendedParameters withDeltas =
          new PKIXExtendedParameters.Builder(parameters).setUseDeltasEnabled(true).build();
      validator.validate(factory.generateCertPath(certificates), withDeltas);
      return null;
    } catch (Exception | LinkageError error) {
      return error.toString();
    }
  }

  private static List<X509Certificate> certificates(CertificateFactory factory, String file) throws Exception {
    List<X509Certificate> found = new ArrayList<>();
    for (byte[] der : blocks(file, "CERTIFICATE")) {
      found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
    }
    return found;
  }

  private static List<byte[]> blocks(String file, String label) throws Exception {
    List<byte[]> found = new ArrayList<>();
    Matcher matcher = PEM.matcher(Files.readString(Path.of(file), StandardCharsets.US_ASCII));
    while (matcher.find()) {
      if (matcher.group(1).equals(label)) found.add(Base64.getMimeDecoder().decode(matcher.group(2)));
    }
    return found;
  }
}
