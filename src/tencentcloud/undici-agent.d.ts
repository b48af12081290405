// undici's types cover its index only. Loading the one module that is needed, not the index, halves the start of the process.
declare module "undici/lib/dispatcher/agent.js" {
  import { Agent } from "undici";
  export default Agent;
}
