import { inject } from "vitest";
import { sharePortal } from "./portal";

sharePortal(inject("portal"));
