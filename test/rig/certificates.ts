import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of `ca.pem`, `cert.pem` and `key.pem`. `stranger` has them from an authority of its own. */
export interface Certificates {
  readonly ca: string;
  readonly server: string;
  readonly client: string;
  readonly stranger: string;
}

/** Makes them with the `openssl` program, for 127.0.0.1 and localhost, for a day. */
export function makeCertificates(dir: string): Certificates {
  const folders = ["ca", "server", "client", "other-ca", "stranger"].map((name) => join(dir, name));
  const [ca = "", server = "", client = "", otherCa = "", stranger = ""] = folders;
  for (const folder of folders) mkdirSync(folder);
  makeAuthority(ca);
  makeAuthority(otherCa);
  makeCertificate(server, ca, "subjectAltName=IP:127.0.0.1,DNS:localhost");
  makeCertificate(client, ca, "extendedKeyUsage=clientAuth");
  makeCertificate(stranger, otherCa, "extendedKeyUsage=clientAuth");
  return { ca, server, client, stranger };
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];

function makeAuthority(folder: string): void {
  const out = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "ca.pem")];
  openssl(["req", "-x509", ...NEW_KEY, "-subj", "/CN=warm test authority", ...out]);
}

function makeCertificate(folder: string, authority: string, extension: string): void {
  const [request, extensions] = [join(folder, "request.pem"), join(folder, "extensions")];
  writeFileSync(extensions, extension);
  openssl(["req", ...NEW_KEY, "-subj", "/CN=warm test", "-keyout", join(folder, "key.pem"), "-out", request]);
  const signer = ["-CA", join(authority, "ca.pem"), "-CAkey", join(authority, "key.pem"), "-CAcreateserial"];
  const out = ["-extfile", extensions, "-days", "1", "-out", join(folder, "cert.pem")];
  openssl(["x509", "-req", "-in", request, ...signer, ...out]);
  writeFileSync(join(folder, "ca.pem"), readFileSync(join(authority, "ca.pem")));
}

const openssl = (args: readonly string[]) => execFileSync("openssl", args, { stdio: "pipe" });
