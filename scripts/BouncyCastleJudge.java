// Bouncy Castle as an outside judge of what pki makes. Built and started by scripts/install-tools as
//   bc-judge cert CERT ISSUER ...      are the signatures of a certificate its issuer's? Can its key be read?
//   bc-judge crl CRL ISSUER ...        the same of a CRL
//   bc-judge ocsp RESPONSE CA ...      is an OCSP response signed by a CA, or by a responder that it has certified?
//   bc-judge csr CSR ...               are the signatures of a PKCS #10 request those of the keys in it?
//   bc-judge csr-by CSR SIGNER ...     or that of a certificate's key, where the key in it cannot sign (RFC 9883)?
//   bc-judge related CERT OTHER ...    does a certificate name another one as related (RFC 9763)?
//   bc-judge request CSR CERT ...      is the RFC 9763 attribute of a request signed by the key of that certificate?
//   bc-judge key KEY CERT ...          does a PKCS #8 private key, not encrypted, belong to a certificate?
//   bc-judge path CHAIN ROOT TIME ...  does a path hold at that time? See BouncyCastlePath.java
// Files are PEM or DER. It writes one line of JSON for each, and exits with 0 if all is well:
//   {"file":"server.crt","signature":true,"alternative":"absent","key":"EC"}
// "signature" is the native or composite signature, "alternative" that of ITU-T X.509 clause 9.8 (Catalyst): "true",
// "false" or "absent"; "key" is the algorithm of the subject's key, or of the private one. Only signatures are judged:
// no dates, names or chains, but by "path". Of a CRL it tells the number, that of the full CRL that a delta is to, and
// the entries as well; of an OCSP response whose key signed, "ca" or "delegate", and each status:
//   {"file":"ca.crl","signature":true,"alternative":"true","key":"EC","number":"5","base":null,"entries":["0a keyCompromise"]}
//   {"file":"a.ocsp","signature":true,"by":"delegate","key":"EC","statuses":["good"]}
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.RequesterCertificate;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.RelatedCertificate;
import org.bouncycastle.asn1.x509.SubjectAltPublicKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.RelatedCertificateTool;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.jcajce.SecretKeyWithEncapsulation;
import org.bouncycastle.jcajce.spec.KEMExtractSpec;
import org.bouncycastle.jcajce.spec.KEMGenerateSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

public final class BouncyCastleJudge {
  public static void main(String[] args) {
    String verb = args.length > 1 ? args[0] : "";
    int files = verb.equals("csr") ? 1 : verb.equals("path") ? 3 : 2;
    if (!verb.matches("cert|crl|ocsp|csr|csr-by|related|request|key|path") || (args.length - 1) % files != 0) {
      System.err.println("usage: bc-judge cert|crl|ocsp|csr-by|related|request|key FILE OTHER [FILE OTHER ...]");
      System.err.println("       bc-judge csr FILE [FILE ...]; bc-judge path CHAIN ROOT TIME [CHAIN ROOT TIME ...]");
      System.exit(2);
    }
    Security.addProvider(new BouncyCastleProvider());
    boolean allValid = true;
    for (int i = 1; i < args.length; i += files) {
      allValid &= verb.equals("path")
          ? BouncyCastlePath.report(args[i], args[i + 1], args[i + 2])
          : report(verb, args[i], args[i + files - 1]);
    }
    System.exit(allValid ? 0 : 1);
  }

  /** Prints the verdict on one file; what cannot be read or verified is not valid. */
  private static boolean report(String verb, String file, String other) {
    try {
      Verdict verdict = judge(verb, read(file), read(other));
      System.out.printf("{\"file\":%s,%s}%n", quoted(file), verdict.json);
      return verdict.valid;
    } catch (Exception | LinkageError error) { // Bouncy Castle throws the latter for curves that it does not know
      System.out.printf("{\"file\":%s,\"signature\":false,\"error\":%s}%n", quoted(file), quoted(error.toString()));
      return false;
    }
  }

  private static Verdict judge(String verb, byte[] file, byte[] other) throws Exception {
    switch (verb) {
      case "cert":
        return certificate(new X509CertificateHolder(file), new X509CertificateHolder(other));
      case "crl":
        return crl(new X509CRLHolder(file), new X509CertificateHolder(other));
      case "ocsp":
        return ocsp(new OCSPResp(file), new X509CertificateHolder(other));
      case "csr":
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(file);
        return request(request, request.getSubjectPublicKeyInfo());
      case "csr-by":
        SubjectPublicKeyInfo signer = new X509CertificateHolder(other).getSubjectPublicKeyInfo();
        return request(new PKCS10CertificationRequest(file), signer);
      case "related":
        return related(new X509CertificateHolder(file), new X509CertificateHolder(other));
      case "request":
        return requester(new PKCS10CertificationRequest(file), new X509CertificateHolder(other));
      default:
        return privateKey(PrivateKeyInfo.getInstance(file), new X509CertificateHolder(other));
    }
  }

  private static Verdict certificate(X509CertificateHolder certificate, X509CertificateHolder issuer) throws Exception {
    boolean signature = certificate.isSignatureValid(verifier(issuer.getSubjectPublicKeyInfo()));
    String key = publicKey(certificate.getSubjectPublicKeyInfo()).getAlgorithm();
    if (certificate.getExtension(Extension.altSignatureValue) == null) return new Verdict(signature, "absent", key);
    boolean alternative = certificate.isAlternativeSignatureValid(alternativeVerifier(issuer));
    return new Verdict(signature, String.valueOf(alternative), key);
  }

  private static Verdict crl(X509CRLHolder crl, X509CertificateHolder issuer) throws Exception {
    boolean signature = crl.isSignatureValid(verifier(issuer.getSubjectPublicKeyInfo()));
    String key = publicKey(issuer.getSubjectPublicKeyInfo()).getAlgorithm();
    boolean single = crl.getExtension(Extension.altSignatureValue) == null;
    String alternative = single ? "absent" : String.valueOf(crl.isAlternativeSignatureValid(alternativeVerifier(issuer)));
    Verdict signed = new Verdict(signature, alternative, key);
    return new Verdict(signed.valid, signed.json + "," + BouncyCastleCrl.contents(crl));
  }

  /** The key is the CA's, or that of a certificate by it that is for OCSP responses (RFC 6960 section 4.2.2.2). */
  private static Verdict ocsp(OCSPResp response, X509CertificateHolder ca) throws Exception {
    if (response.getStatus() != OCSPResp.SUCCESSFUL) return new Verdict(false, "\"status\":" + response.getStatus());
    BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();
    DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().setProvider("BC").build();
    X509CertificateHolder responder = ca;
    for (X509CertificateHolder sent : basic.getCerts()) {
      RespID byKey = new RespID(sent.getSubjectPublicKeyInfo(), digests.get(RespID.HASH_SHA1));
      RespID byName = new RespID(sent.getSubject());
      if (byKey.equals(basic.getResponderId()) || byName.equals(basic.getResponderId())) responder = sent;
    }
    boolean signature = basic.isSignatureValid(verifier(responder.getSubjectPublicKeyInfo()))
        && (responder == ca || isDelegate(responder, ca));
    List<String> statuses = new ArrayList<>();
    for (SingleResp single : basic.getResponses()) {
      signature &= single.getCertID().matchesIssuer(ca, digests);
      CertificateStatus status = single.getCertStatus();
      statuses.add(quoted(status == null ? "good" : status instanceof RevokedStatus ? "revoked" : "unknown"));
    }
    String key = quoted(publicKey(responder.getSubjectPublicKeyInfo()).getAlgorithm());
    return new Verdict(signature, String.format("\"signature\":%s,\"by\":\"%s\",\"key\":%s,\"statuses\":%s",
        signature, responder == ca ? "ca" : "delegate", key, statuses));
  }

  private static boolean isDelegate(X509CertificateHolder responder, X509CertificateHolder ca) throws Exception {
    ExtendedKeyUsage usage = ExtendedKeyUsage.fromExtensions(responder.getExtensions());
    return usage != null && usage.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)
        && responder.getIssuer().equals(ca.getSubject())
        && responder.isSignatureValid(verifier(ca.getSubjectPublicKeyInfo()));
  }

  /** The alternative key of a request is in attributes of the same types as the extensions, by Bouncy Castle's rules. */
  private static Verdict request(PKCS10CertificationRequest request, SubjectPublicKeyInfo signer) throws Exception {
    boolean signature = request.isSignatureValid(verifier(signer));
    String key = publicKey(request.getSubjectPublicKeyInfo()).getAlgorithm();
    Attribute[] alternativeKey = request.getAttributes(Extension.subjectAltPublicKeyInfo);
    boolean present = alternativeKey.length > 0
        || request.getAttributes(Extension.altSignatureAlgorithm).length > 0
        || request.getAttributes(Extension.altSignatureValue).length > 0;
    if (!present) return new Verdict(signature, "absent", key);
    if (alternativeKey.length == 0) throw new IllegalArgumentException("the request has no alternative public key");
    SubjectPublicKeyInfo spki = SubjectPublicKeyInfo.getInstance(alternativeKey[0].getAttributeValues()[0]);
    return new Verdict(signature, String.valueOf(request.isAltSignatureValid(verifier(spki))), key);
  }

  private static Verdict related(X509CertificateHolder certificate, X509CertificateHolder other) throws Exception {
    Extension extension = certificate.getExtension(Extension.relatedCertificate);
    if (extension == null) return new Verdict(false, "\"related\":\"absent\"");
    boolean related = RelatedCertificateTool.isRelatedCertificate(
        RelatedCertificate.getInstance(extension.getParsedValue()), other,
        new JcaDigestCalculatorProviderBuilder().setProvider("BC").build());
    return new Verdict(related, "\"related\":\"" + related + "\"");
  }

  private static Verdict requester(PKCS10CertificationRequest request, X509CertificateHolder other) throws Exception {
    Attribute[] attributes = request.getAttributes(PKCSObjectIdentifiers.id_aa_relatedCertRequest);
    if (attributes.length == 0) return new Verdict(false, "\"related\":\"absent\"");
    RequesterCertificate requester = RelatedCertificateTool.fromAttribute(attributes[0]);
    boolean named = requester.getCertID().getName().equals(other.getIssuer())
        && requester.getCertID().getSerialNumber().hasValue(other.getSerialNumber());
    SubjectPublicKeyInfo spki = other.getSubjectPublicKeyInfo();
    boolean valid = named
        && RelatedCertificateTool.verifyRequesterCertificate(requester, verifier(spki).get(usualAlgorithm(spki)));
    return new Verdict(valid, "\"related\":\"" + valid + "\"");
  }

  /** Lets the private key sign, or decapsulate, what the certificate's key then verifies, or has encapsulated. */
  private static Verdict privateKey(PrivateKeyInfo info, X509CertificateHolder certificate) throws Exception {
    PrivateKey key = BouncyCastleProvider.getPrivateKey(info);
    if (key == null) throw new IllegalArgumentException("unknown private key " + oid(info.getPrivateKeyAlgorithm()));
    SubjectPublicKeyInfo spki = certificate.getSubjectPublicKeyInfo();
    PublicKey other = publicKey(spki);
    boolean pair = other.getAlgorithm().startsWith("ML-KEM") ? decapsulates(key, other) : signs(key, other, spki);
    return new Verdict(pair, "\"pair\":" + pair + ",\"key\":" + quoted(key.getAlgorithm()));
  }

  private static boolean signs(PrivateKey key, PublicKey other, SubjectPublicKeyInfo spki) throws Exception {
    String algorithm = oid(usualAlgorithm(spki)).getId();
    byte[] message = "a message".getBytes(StandardCharsets.US_ASCII);
    Signature signer = Signature.getInstance(algorithm, "BC");
    signer.initSign(key);
    signer.update(message);
    Signature verifier = Signature.getInstance(algorithm, "BC");
    verifier.initVerify(other);
    verifier.update(message);
    return verifier.verify(signer.sign());
  }

  private static boolean decapsulates(PrivateKey key, PublicKey other) throws Exception {
    KeyGenerator sender = KeyGenerator.getInstance("ML-KEM", "BC");
    sender.init(new KEMGenerateSpec(other, "AES", 256));
    SecretKeyWithEncapsulation sent = (SecretKeyWithEncapsulation) sender.generateKey();
    KeyGenerator receiver = KeyGenerator.getInstance("ML-KEM", "BC");
    receiver.init(new KEMExtractSpec(key, sent.getEncapsulation(), "AES", 256));
    SecretKey received = receiver.generateKey();
    return Arrays.equals(sent.getEncoded(), received.getEncoded());
  }

  /** What a key signs with where nothing says so: RSA and ECDSA with the hash of the key's strength, else its own. */
  private static AlgorithmIdentifier usualAlgorithm(SubjectPublicKeyInfo spki) throws Exception {
    ASN1ObjectIdentifier kind = oid(spki.getAlgorithm());
    if (kind.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      int bits = ((RSAPublicKey) publicKey(spki)).getModulus().bitLength();
      return named(bits > 3072 ? "SHA384WITHRSA" : "SHA256WITHRSA");
    }
    if (!kind.equals(X9ObjectIdentifiers.id_ecPublicKey)) return spki.getAlgorithm();
    int bits = ((ECPublicKey) publicKey(spki)).getParams().getOrder().bitLength();
    return named(bits > 384 ? "SHA512WITHECDSA" : bits > 256 ? "SHA384WITHECDSA" : "SHA256WITHECDSA");
  }

  private static AlgorithmIdentifier named(String name) {
    return new DefaultSignatureAlgorithmIdentifierFinder().find(name);
  }

  private static ASN1ObjectIdentifier oid(AlgorithmIdentifier identifier) {
    return identifier.getAlgorithm();
  }

  private static PublicKey publicKey(SubjectPublicKeyInfo spki) throws Exception {
    PublicKey key = BouncyCastleProvider.getPublicKey(spki);
    if (key == null) throw new IllegalArgumentException("unknown public key " + oid(spki.getAlgorithm()));
    return key;
  }

  private static ContentVerifierProvider alternativeVerifier(X509CertificateHolder issuer) throws Exception {
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

  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ") + '"';
  }

  private static final class Verdict {
    final boolean valid;
    /** The members of a JSON object. */
    final String json;

    Verdict(boolean valid, String json) {
      this.valid = valid;
      this.json = json;
    }

    Verdict(boolean signature, String alternative, String key) {
      this(signature && !alternative.equals("false"),
          String.format("\"signature\":%s,\"alternative\":\"%s\",\"key\":%s", signature, alternative, quoted(key)));
    }
  }
}
