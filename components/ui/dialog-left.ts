"use client";

import { createContext } from "react";

/** Whether what opened the dialog around is gone. Apart from what is said then: that comes with the dialogs. */
export const DialogLeftContext = createContext(false);
