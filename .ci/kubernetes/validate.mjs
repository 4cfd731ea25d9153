// Validates Kubernetes manifests: node validate.mjs FILE...
// Every document is checked against the schema of its kind; an unknown kind or field is a fault.
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { ConfigMap, Service } from "kubernetes-models/v1";
import { Deployment } from "kubernetes-models/apps/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";

const kinds = { ConfigMap, Service, Deployment, PodDisruptionBudget, ServiceMonitor };
let faults = 0;
let documents = 0;

function fault(where, text) {
  faults++;
  console.error(`${where}: ${text}`);
}

/** The same value, which notes in `asked` every key that is read of it, as a path. */
function watched(value, path, asked) {
  if (value === null || typeof value !== "object") {
    return value;
  }
  return new Proxy(value, {
    get(target, key) {
      const inner = `${path}/${String(key)}`;
      asked.add(inner);
      return Object.hasOwn(target, key) ? watched(target[key], inner, asked) : target[key];
    },
  });
}

/** The keys below this value whose paths were never asked for: no schema has them. */
function unknown(value, path, asked) {
  if (value === null || typeof value !== "object") {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = `${path}/${key}`;
    return asked.has(here) ? unknown(inner, here, asked) : [here];
  });
}

for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
    document.errors.forEach((error) => fault(file, error.message));
    const manifest = document.toJS();
    const where = `${file}: ${manifest?.kind} ${manifest?.metadata?.name}`;
    const Kind = kinds[manifest?.kind];
    if (!Kind || Kind.apiVersion !== manifest.apiVersion) {
      fault(where, `no schema for ${manifest?.apiVersion}`);
      continue;
    }
    try {
      const asked = new Set();
      const model = new Kind(manifest);
      Object.entries(manifest).forEach(([key, value]) => {
        asked.add(`/${key}`);
        model[key] = watched(value, `/${key}`, asked);
      });
      model.validate();
      unknown(manifest, "", asked).forEach((path) => fault(where, `unknown field ${path}`));
      documents++;
    } catch (error) {
      fault(where, error.message);
    }
  }
}
console.log(`${documents} Kubernetes manifests are valid, ${faults} faults`);
process.exit(faults === 0 && documents > 0 ? 0 : 1);
