interface TlsError {
  readonly code?: string;
  readonly message: string;
  /** OpenSSL's own words, where they are told apart from the rest. */
  readonly reason?: string;
}

const CODES = /CERT|SIGNATURE|^ERR_(TLS|SSL|OSSL)_|^EPROTO$/;
const OPENSSL_REASON = /(?:SSL|TLS|PEM|X509)[^:]* routines:[^:]*:([^:]+)/;

/** What a failed TLS handshake means and what to do; undefined for any other error. */
export function explainTlsError(
  error: TlsError,
): { readonly why: string; readonly hint: string } | undefined {
  if (error.code === undefined || !CODES.test(error.code)) return undefined;
  const why = error.reason ?? OPENSSL_REASON.exec(error.message)?.[1] ?? error.message;
  if (why.includes("wrong version number") || why.includes("packet length")) {
    return {
      why: "what answers there does not speak TLS",
      hint: "is it the right port? Docker's own is 2376",
    };
  }
  if (why.includes("alert")) {
    return { why: why.trim(), hint: "the daemon wants a certificate that it trusts: cert.pem and key.pem" };
  }
  return {
    why: why.trim(),
    hint: "ca.pem in DOCKER_CERT_PATH, or in the docker context, must be of the daemon's own authority",
  };
}
