const ID = "4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c1234";

/**
 * What daemons say when something is wrong, by what it is: which daemon, status and text. Status 0 is a line of a
 * pull's stream.
 */
export const ANSWERS: Record<string, readonly (readonly [daemon: string, status: number, text: string])[]> = {
  "name-conflict": [
    [
      "20.10",
      409,
      `Conflict. The container name "/web" is already in use by container "${ID}". You have to remove (or rename) that container to be able to reuse that name.`,
    ],
    ["20.10", 409, "network with name cyanprint already exists"],
    [
      "28",
      409,
      `Conflict. The container name "/web" is already in use by container "${ID}". You have to remove (or rename) that container to be able to reuse that name.`,
    ],
    [
      "podman 4",
      500,
      `creating container storage: the container name "web" is already in use by ${ID}. You have to remove that container to be able to reuse that name: that name is already in use`,
    ],
    ["podman 5", 409, "network name cyanprint already used: network already exists"],
  ],
  "in-use": [
    ["20.10", 409, `remove v1: volume is in use - [${ID}]`],
    ["20.10", 403, `error while removing network: network cyanprint id ${ID} has active endpoints`],
    [
      "28",
      403,
      `error while removing network: network cyanprint has active endpoints (name:"web" id:"4c01db0b339c")`,
    ],
    [
      "20.10",
      409,
      `conflict: unable to remove repository reference "app:1" (must force) - container 4c01db0b339c is using its referenced image 5d0da3dc9764`,
    ],
    [
      "28",
      409,
      "conflict: unable to delete 5d0da3dc9764 (cannot be forced) - image is being used by running container 4c01db0b339c",
    ],
    ["20.10", 409, `removal of container ${ID} is already in progress`],
    ["podman 4", 409, `volume v1 is being used by the following container(s): ${ID}: volume is being used`],
    [
      "podman 4",
      500,
      `image used by ${ID}: image is in use by a container: consider listing external containers and force-removing image`,
    ],
  ],
  "not-found": [
    ["20.10", 404, "No such container: web"],
    ["20.10", 404, "No such image: app:1"],
    ["20.10", 404, "get v1: no such volume"],
    ["20.10", 404, "network cyanprint not found"],
    ["podman 4", 404, `no container with name or ID "web" found: no such container`],
  ],
  "image-not-found": [
    ["20.10", 404, "manifest for 127.0.0.1:5000/acme/app:2 not found: manifest unknown: manifest unknown"],
    ["28", 0, "manifest for 127.0.0.1:5000/acme/app:2 not found: manifest unknown: manifest unknown"],
    [
      "28 containerd",
      404,
      `failed to resolve reference "docker.io/acme/app:2": docker.io/acme/app:2: not found`,
    ],
    [
      "podman 4",
      0,
      "initializing source docker://r/app:2: reading manifest 2 in r/app: manifest unknown: manifest unknown",
    ],
    ["podman 4", 0, "reading manifest latest in r/nope: name unknown: repository name not known to registry"],
  ],
  "auth-failed": [
    [
      "20.10",
      404,
      "pull access denied for acme/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    ["20.10", 500, `Get "https://r.example/v2/": unauthorized: authentication required`],
    ["28", 0, `unauthorized: incorrect username or password`],
    ["28", 500, `Get "http://127.0.0.1:5000/v2/acme/app/manifests/1": no basic auth credentials`],
    ["28", 0, `Error response from daemon: Head "https://ghcr.io/v2/acme/app/manifests/1": denied: denied`],
    [
      "podman 4",
      0,
      "initializing source docker://r/app:1: reading manifest 1 in r/app: unauthorized: access to the requested resource is not authorized",
    ],
  ],
  "rate-limited": [
    [
      "20.10",
      0,
      "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
    ],
    ["28", 429, "slow down"],
    [
      "podman 4",
      0,
      "reading manifest latest in docker.io/library/app: toomanyrequests: You have reached your unauthenticated pull rate limit.",
    ],
  ],
  "disk-full": [
    [
      "20.10",
      0,
      "failed to register layer: Error processing tar file(exit status 1): write /bin/app: no space left on device",
    ],
    ["28", 500, `mkdir /var/lib/docker/volumes/v1: no space left on device`],
    ["28", 0, "write /var/lib/docker/tmp/GetImageBlob123: disk quota exceeded"],
    [
      "podman 4",
      500,
      `writing blob: storing blob to file "/var/tmp/storage1": write /var/tmp/storage1: no space left on device`,
    ],
  ],
  "platform-mismatch": [
    ["20.10", 0, "no matching manifest for linux/amd64 in the manifest list entries"],
    [
      "28",
      404,
      "image with reference app:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64",
    ],
  ],
  "registry-unreachable": [
    ["20.10", 500, `Get "https://r.example/v2/": dial tcp: lookup r.example on 10.0.0.2:53: no such host`],
    ["20.10", 500, `Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused`],
    ["28", 500, `Get "https://r.example/v2/": net/http: TLS handshake timeout`],
    ["28", 500, `Get "https://r.example/v2/": http: server gave HTTP response to HTTPS client`],
    ["28", 500, `Get "https://r.example/v2/": dial tcp 1.2.3.4:443: i/o timeout`],
    [
      "28",
      500,
      `Get "https://r.example/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    ],
  ],
  "docker-failed": [
    [
      "20.10",
      500,
      "driver failed programming external connectivity on endpoint web: Bind for 127.0.0.1:8080 failed: port is already allocated",
    ],
    [
      "20.10",
      500,
      "driver failed programming external connectivity on endpoint web: Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use",
    ],
    ["28", 500, "context canceled"],
    ["28", 503, "the daemon is shutting down"],
  ],
};

/** What they say of a host's own objects in the words that registries use too. */
export const HOST_ANSWERS: typeof ANSWERS = {
  "rejected": [
    [
      "20.10",
      400,
      'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/start": permission denied: unknown',
    ],
    [
      "20.10",
      400,
      'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/start": stat /start: no such file or directory: unknown',
    ],
    [
      "28",
      400,
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/start": permission denied',
    ],
    [
      "20.10",
      500,
      "OCI runtime create failed: container_linux.go:380: starting container process caused: exec format error: unknown",
    ],
    ["podman 4", 500, "crun: open executable: Permission denied: OCI permission denied"],
    ["20.10", 400, "invalid volume specification: access denied: /proc"],
  ],
  "docker-failed": [
    [
      "28",
      500,
      "error while mounting volume: dial unix /run/docker/plugins/nfs.sock: connect: connection refused",
    ],
    ["28", 500, "logger plugin: dial tcp: lookup logs.example on 10.0.0.2:53: no such host"],
    ["28", 500, 'OCI runtime create failed: error mounting "/v" to rootfs: permission denied: unknown'],
  ],
  "host-forbidden": [["a proxy", 401, "unauthorized"]],
};
