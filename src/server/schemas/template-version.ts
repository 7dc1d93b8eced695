/** What cyanprint's client sends: a template version with all that it consists of. Only what is used is named. */
export interface TemplateVersion {
  readonly principal: {
    readonly id: string;
    readonly properties?: {
      readonly blobDockerReference: string;
      readonly blobDockerTag: string;
      readonly templateDockerReference: string;
      readonly templateDockerTag: string;
    } | null;
  };
  readonly processors?: readonly DockerImage[] | null;
  readonly plugins?: readonly DockerImage[] | null;
}

interface DockerImage {
  readonly dockerReference: string;
  readonly dockerTag: string;
}

const TEXT = { type: "string", minLength: 1, maxLength: 300 } as const;

const PROPERTIES = {
  type: "object",
  required: ["blobDockerReference", "blobDockerTag", "templateDockerReference", "templateDockerTag"],
  properties: {
    blobDockerReference: TEXT,
    blobDockerTag: TEXT,
    templateDockerReference: TEXT,
    templateDockerTag: TEXT,
  },
} as const;

/** Of Go, where an empty list may be null. */
const IMAGES = {
  type: ["array", "null"],
  maxItems: 200,
  items: {
    type: "object",
    required: ["dockerReference", "dockerTag"],
    properties: { dockerReference: TEXT, dockerTag: TEXT },
  },
} as const;

/** The members beside these are cyanprint's own, and are let be. */
const body = (properties: object, required: readonly string[]) => ({
  type: "object",
  required: ["principal"],
  properties: {
    principal: {
      type: "object",
      required: ["id", ...required],
      properties: { id: TEXT, properties },
    },
    processors: IMAGES,
    plugins: IMAGES,
  },
});

/** Of POST /template/warm: a template without images of its own cannot be warm. */
export const TEMPLATE_BODY = body(PROPERTIES, ["properties"]);
/** Of POST /executor/:sessionId/warm: the template itself is not made warm by it. */
export const SESSION_BODY = body({ ...PROPERTIES, type: ["object", "null"] }, []);

export const SESSION_WARMED = {
  type: "object",
  description: "The session, and the volume that it works in",
  required: ["session_id", "vol_ref"],
  properties: {
    session_id: TEXT,
    vol_ref: {
      type: "object",
      required: ["cyan_id", "session_id"],
      properties: { cyan_id: TEXT, session_id: TEXT },
    },
  },
} as const;
