import { expect, it } from "vitest";
import { readRealm } from "../../src/docker/registry/registry-session.js";

it.each([
  ["registry.example.com", "https://auth.example.com/token"],
  ["registry.example.com:5000", "https://auth.example.com/token"],
  ["127.0.0.1:5000", "http://127.0.0.1:5001/token"],
  ["localhost:5000", "http://localhost:5001/token"],
])("a registry at %s may send who logs in to %s", (domain, realm) => {
  expect(readRealm(realm, domain).href).toBe(realm);
});

it.each([
  ["registry.example.com", "http://auth.example.com/token"],
  // Else a registry anywhere would have this machine ask its own services.
  ["registry.example.com", "http://127.0.0.1:2375/containers/json"],
  ["registry.example.com", "http://localhost:2375/containers/json"],
  ["registry.example.com", "https://127.0.0.1:8443/"],
  ["registry.example.com", "file:///etc/passwd"],
  ["registry.example.com", "no url"],
])("a registry at %s may not send who logs in to %s", (domain, realm) => {
  expect(() => readRealm(realm, domain)).toThrow(/log-in/);
});
