import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A home directory with a Docker config folder, as the docker CLI keeps it. */
export interface DockerConfig {
  readonly home: string;
  /** `~/.docker` */
  readonly dir: string;
  /** Writes config.json; a text goes in as it is. */
  write(config: object | string): void;
  /** Writes certificates, with their own file name as content, into a folder below home. */
  writeCertificates(folder: string, names?: readonly string[]): string;
  /** Adds a context to the store. @param tls names of the TLS files that come with it */
  addContext(name: string, endpoint: object, tls?: readonly string[]): void;
  remove(): void;
}

export const TLS_FILES: readonly string[] = ["ca.pem", "cert.pem", "key.pem"];

export function makeDockerConfig(): DockerConfig {
  const home = mkdtempSync(join(tmpdir(), "warm-home-"));
  const dir = join(home, ".docker");
  mkdirSync(dir);
  const writeCertificates = (folder: string, names = TLS_FILES) => {
    const path = join(home, folder);
    mkdirSync(path, { recursive: true });
    for (const name of names) writeFileSync(join(path, name), name);
    return path;
  };
  return {
    home,
    dir,
    writeCertificates,
    write(config) {
      writeFileSync(join(dir, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
    },
    addContext(name, endpoint, tls = []) {
      const id = createHash("sha256").update(name).digest("hex");
      const folder = join(dir, "contexts", "meta", id);
      mkdirSync(folder, { recursive: true });
      const meta = { Name: name, Metadata: {}, Endpoints: { docker: endpoint } };
      writeFileSync(join(folder, "meta.json"), JSON.stringify(meta));
      if (tls.length > 0) writeCertificates(join(".docker", "contexts", "tls", id, "docker"), tls);
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
