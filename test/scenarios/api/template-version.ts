/** A template version as cyanprint's client sends it, all of its members included. */
export function templateVersion(
  id: string,
  { image, blob }: { image: string; blob: string },
  session: { processors?: readonly string[]; plugins?: readonly string[] } = {},
): object {
  const common = { version: 3, createdAt: "2026-03-12T09:00:00Z", description: "A template" };
  const [template, blobImage] = [splitTag(image), splitTag(blob)];
  const member = (reference: string, index: number) => {
    const { name, tag } = splitTag(reference);
    return {
      id: `00000000-0000-4000-8000-00000000000${index}`,
      ...common,
      dockerReference: name,
      dockerTag: tag,
    };
  };
  return {
    principal: {
      ...{ id, ...common },
      properties: {
        ...{ blobDockerReference: blobImage.name, blobDockerTag: blobImage.tag },
        ...{ templateDockerReference: template.name, templateDockerTag: template.tag },
      },
    },
    template: {
      ...{
        id: "1f0c8b7a-0000-4000-8000-000000000000",
        name: "web",
        project: "https://example.com",
        source: "git",
      },
      ...{ email: "a@example.com", tags: ["ts"], description: "A template", readme: "# Web\n", userId: "u1" },
    },
    processors: (session.processors ?? []).map(member),
    plugins: (session.plugins ?? []).map(member),
    templates: [],
    resolvers: [],
    commands: [],
  };
}

function splitTag(reference: string): { name: string; tag: string } {
  const colon = reference.lastIndexOf(":");
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
