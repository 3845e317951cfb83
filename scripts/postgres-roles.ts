import pg from "pg";

/** The portal's role, an ordinary one, and its database. */
export const APPLICATION = "latchkey";
/** Whoever looks after the whole PostgreSQL. The portal's server never has its password. */
export const SUPERUSER = "latchkey_superuser";
/** There while a database of former days, in which the portal was the superuser, is converted. */
const CONVERTER = "latchkey_converter";

export type Access = {
  port: number;
  password: string;
  /** Asked for when there is something to settle: most starts do without. Undefined where none was ever made. */
  superuserPassword(make?: "make"): string | undefined;
};

type State = { isSuperuser: boolean; hasDatabase: boolean; hasConverter: boolean };
type Step = (access: Access, state: State) => Promise<void>;

/** Each is one transaction and looks at what is there, so that whatever cuts a start short, the next one goes on from there. */
export const STEPS: readonly Step[] = [createDatabase, createConverter, handOver, dropConverter];

/**
 * Sees to it that the portal has a role without rights beyond its own database.
 * @throws DatabaseError 28P01 when the portal's role is there with another password
 */
export async function settleRoles(access: Access): Promise<void> {
  const state = await readState(access).catch((error: unknown) => createRole(access, error));
  for (const step of STEPS) await step(access, state);
}

async function readState(access: Access): Promise<State> {
  const { rows } = await run<State>(
    access,
    APPLICATION,
    "postgres",
    `SELECT rolsuper AS "isSuperuser", EXISTS (SELECT FROM pg_database WHERE datname = '${APPLICATION}') AS "hasDatabase",
       EXISTS (SELECT FROM pg_roles WHERE rolname = '${CONVERTER}') AS "hasConverter"
     FROM pg_roles WHERE rolname = current_user`,
  );
  return rows[0] ?? { isSuperuser: false, hasDatabase: false, hasConverter: false };
}

/** A role that is not there is refused like a wrong password. */
async function createRole(access: Access, refusal: unknown): Promise<State> {
  const isRefused = refusal instanceof Error && "code" in refusal && refusal.code === "28P01";
  if (!isRefused || access.superuserPassword() === undefined) throw refusal;
  const { rowCount } = await run(access, SUPERUSER, "postgres", `SELECT FROM pg_roles WHERE rolname = '${APPLICATION}'`);
  if (rowCount !== 0) throw refusal;
  await run(access, SUPERUSER, "postgres", creation(access));
  return readState(access);
}

function creation({ password }: Access): string {
  // Said in full, though it is what a role gets: this is what the portal relies on.
  const rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";
  return `CREATE ROLE ${APPLICATION} ${rights} PASSWORD ${pg.escapeLiteral(password)}`;
}

async function createDatabase(access: Access, { hasDatabase, isSuperuser }: State): Promise<void> {
  if (hasDatabase) return;
  const role = isSuperuser ? APPLICATION : SUPERUSER;
  await run(access, role, "postgres", `CREATE DATABASE ${APPLICATION} OWNER ${APPLICATION}`);
}

async function createConverter(access: Access, { isSuperuser, hasConverter }: State): Promise<void> {
  if (!isSuperuser) return;
  console.log("The portal's database role becomes an ordinary one…");
  const password = pg.escapeLiteral(access.superuserPassword("make") ?? "");
  const verb = hasConverter ? "ALTER" : "CREATE";
  await run(access, APPLICATION, "postgres", `${verb} ROLE ${CONVERTER} SUPERUSER LOGIN PASSWORD ${password}`);
}

/** The first superuser of a PostgreSQL can be nothing less: it gets another name, and an ordinary role takes its own. */
async function handOver(access: Access, { isSuperuser }: State): Promise<void> {
  if (!isSuperuser) return;
  const password = pg.escapeLiteral(access.superuserPassword() ?? "");
  await run(
    access,
    CONVERTER,
    APPLICATION,
    `BEGIN;
     SET LOCAL lock_timeout = '10s';
     ALTER ROLE ${APPLICATION} RENAME TO ${SUPERUSER};
     ALTER ROLE ${SUPERUSER} PASSWORD ${password};
     ${creation(access)};
     ALTER DATABASE ${APPLICATION} OWNER TO ${APPLICATION};
     ${HAND_OVER_ALL};
     COMMIT`,
  );
}

async function dropConverter(access: Access, { isSuperuser, hasConverter }: State): Promise<void> {
  if (isSuperuser || hasConverter) await run(access, SUPERUSER, "postgres", `DROP ROLE IF EXISTS ${CONVERTER}`);
}

/** REASSIGN OWNED refuses for the first superuser, to whom the system's own objects belong. What extensions brought stays. */
const HAND_OVER_ALL = `
  DO $$
  DECLARE
    change text;
  BEGIN
    FOR change IN
      WITH ours AS (
        SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      ), kept AS (
        SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
        UNION ALL SELECT classid, objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype IN ('a', 'i')
      ), owned AS (
        SELECT 'pg_namespace'::regclass AS class, n.oid, nspowner AS owner, 'SCHEMA ' || quote_ident(nspname) AS object
          FROM pg_namespace n JOIN ours USING (oid)
        UNION ALL SELECT 'pg_class'::regclass, c.oid, relowner, CASE relkind WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW '
            WHEN 'S' THEN 'SEQUENCE ' WHEN 'f' THEN 'FOREIGN TABLE ' ELSE 'TABLE ' END || c.oid::regclass
          FROM pg_class c JOIN ours ON ours.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        UNION ALL SELECT 'pg_proc'::regclass, p.oid, proowner, 'ROUTINE ' || p.oid::regprocedure
          FROM pg_proc p JOIN ours ON ours.oid = pronamespace
        UNION ALL SELECT 'pg_type'::regclass, t.oid, typowner, 'TYPE ' || t.oid::regtype
          FROM pg_type t JOIN ours ON ours.oid = typnamespace WHERE typtype IN ('e', 'd', 'r')
            OR (typtype = 'c' AND EXISTS (SELECT FROM pg_class WHERE oid = typrelid AND relkind = 'c'))
        UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, stxowner, format('STATISTICS %s.%I', stxnamespace::regnamespace, stxname)
          FROM pg_statistic_ext s JOIN ours ON ours.oid = stxnamespace
      )
      SELECT format('ALTER %s OWNER TO ${APPLICATION}', object) FROM owned
      WHERE owner = '${SUPERUSER}'::regrole AND NOT EXISTS (SELECT FROM kept WHERE classid = class AND objid = owned.oid)
    LOOP
      EXECUTE change;
    END LOOP;
  END;
  $$`;

async function run<Row extends pg.QueryResultRow>(
  { port, password, superuserPassword }: Access,
  role: string,
  database: string,
  text: string,
): Promise<pg.QueryResult<Row>> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    user: role,
    password: role === APPLICATION ? password : superuserPassword(),
    database,
    connectionTimeoutMillis: 10_000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    return await client.query<Row>(text);
  } finally {
    await client.end().catch(() => {});
  }
}
