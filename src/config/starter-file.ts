/** What `warm init` writes: a file that validates, and says how to change it. */
export const STARTER_FILE = `# yaml-language-server: $schema=./node_modules/warm/schemas/warm.schema.json
# What must be warm on the Docker host. \`warm validate\` checks this file, \`warm plan\` shows what is missing,
# \`warm apply\` makes it so.
version: 1
project: my-project             # ownership boundary: written on every object that warm makes

# prefix: cyan                  # first part of every Docker name
# network: cyanprint            # bridge network of the template containers
# prune: safe                   # what happens to objects no longer declared: none | safe | all
# interval: 30s                 # how often \`warm watch\` looks for drift

# pull:
#   concurrency: 4
#   policy: missing             # missing | always | never
#   retries: 3
#   idleTimeout: 2m             # no byte for this long: the pull is stuck

templates:
  # The id names the Docker objects, its dashes removed: the volume cyan-mytemplate and the container
  # cyan-template-mytemplate, which other containers on the network reach by that name.
  my-template:
    image: 127.0.0.1:5000/acme/ts-template:1.4.0
    blob: 127.0.0.1:5000/acme/ts-template-blob:1.4.0   # its own command fills the volume, once
    port: 5550                  # where the container listens
    mount: /workspace/cyanprint # where the blob unpacks to and the container sees it, read-only
    health: { path: /, interval: 1s, timeout: 60s }    # or tcp: true, exec: [cmd], healthcheck: true
    # env:
    #   LOG_LEVEL: info
    #   TOKEN: { fromEnv: CI_TOKEN }                   # a secret: from the environment, or fromFile
    # resources: { memory: 256MiB, cpus: 0.5, pids: 256 }

# engines:                      # containers started ahead of the jobs that use them
#   renderer:
#     image: 127.0.0.1:5000/acme/renderer:2
#     size: 2                   # or { min: 1, max: 6, spare: 1 }
#     ready: { tcp: 8080, timeout: 120s }              # or log, http, exec, healthcheck
#     ttl: 2h                   # an older engine is replaced, never during a lease
#     maxJobs: 50
#     reset:                    # without it a used engine is replaced
#       steps: [{ exec: [sh, -c, "rm -rf /scenes/*"] }]
#       verify: { exec: [sh, -c, 'test -z "$(ls -A /scenes)"'] }
`;
