-- Who may do what with a log of tracker on PostgreSQL.
--
-- Run it in the database of the log as a superuser, or as whoever owns the tables and may
-- create roles; for a log in no schema of your search_path, say SET search_path first.
-- Run it again after an upgrade that changed the schema: it does nothing twice.
--
--   tracker_owner    owns the tables, and upgrades them; nobody works as this role
--   tracker_writer   adds to the log, and keeps what is computed from it
--   tracker_reader   reads
--
-- Then let people in:  GRANT tracker_writer TO alice;  GRANT tracker_reader TO bob;
-- Upgrade as           SET ROLE tracker_owner  (or: options=-crole%3Dtracker_owner in the URL)
--
-- A writer can add to the log and to the tree over it. It can neither update nor delete nor
-- truncate them, nor alter or drop them, nor take their triggers away, for none of these is
-- granted and the tables are not its own. What a writer can spoil is what is computed from the
-- log: tracker rebuild repairs it, and where that is the tree, only as the owner.
--
-- The schema must not belong to a writer, nor to a role that writers are members of: who owns a
-- schema drops what is in it, and who owns a database drops it whole. Where public belongs to
-- pg_database_owner, the owner of the database owns it too. This is refused below for all who are
-- writers by then, so run it once more after letting people in.

DO $$
DECLARE
    -- Not current_schema(): whoever runs this may have a schema of their own in front.
    here name := (SELECT nspname FROM pg_class JOIN pg_namespace AS one ON one.oid = relnamespace
        WHERE pg_class.oid = to_regclass('log'));
    one record;
    name_of_role name;
BEGIN
    IF here IS NULL OR to_regclass(format('%I.alembic_version', here)) IS NULL THEN
        RAISE EXCEPTION 'there is no log in the schemas of search_path, %: run tracker stats first',
            current_setting('search_path');
    END IF;

    FOREACH name_of_role IN ARRAY ARRAY['tracker_owner', 'tracker_writer', 'tracker_reader'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name_of_role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- it is there
        END;
    END LOOP;

    FOR one IN SELECT rolname AS writer FROM pg_roles, pg_namespace
        WHERE nspname = here AND NOT rolsuper AND pg_has_role(pg_roles.oid, nspowner, 'MEMBER')
            AND pg_has_role(pg_roles.oid, 'tracker_writer', 'MEMBER')
            AND NOT pg_has_role(pg_roles.oid, 'tracker_owner', 'MEMBER')
        ORDER BY rolname
    LOOP
        RAISE EXCEPTION '% may write to the log and owns schema %, so it could drop the log',
            one.writer, quote_ident(here)
            USING HINT = format('Give the schema to another role, and run this again: '
                'ALTER SCHEMA %I OWNER TO tracker_owner', here);
    END LOOP;

    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', here);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO tracker_owner', here);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO tracker_writer, tracker_reader', here);
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO tracker_owner, tracker_writer',
        current_database());

    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = here AND tablename IN
        ('alembic_version', 'log', 'subtree', 'reference', 'mention', 'stake', 'assignment',
         'fact', 'projection', 'words')
    LOOP
        EXECUTE format('ALTER TABLE %I.%I OWNER TO tracker_owner', here, one.tablename);
        EXECUTE format('REVOKE ALL ON %I.%I FROM PUBLIC, tracker_writer, tracker_reader',
            here, one.tablename);
        EXECUTE format('GRANT SELECT ON %I.%I TO tracker_writer, tracker_reader',
            here, one.tablename);
        IF one.tablename IN ('log', 'subtree') THEN
            EXECUTE format('GRANT INSERT ON %I.%I TO tracker_writer', here, one.tablename);
        ELSIF one.tablename <> 'alembic_version' THEN
            EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I.%I TO tracker_writer',
                here, one.tablename);
        END IF;
    END LOOP;

    FOR one IN SELECT oid::regprocedure AS signature FROM pg_proc
        WHERE pronamespace = quote_ident(here)::regnamespace AND proname IN
            ('log_refuse', 'log_check_order', 'subtree_refuse')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO tracker_owner', one.signature);
    END LOOP;
END
$$;
