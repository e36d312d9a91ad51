# ---- a PostgreSQL server for tests and trials of composer ----
# PostgreSQL does not run as root; for root it runs as the user postgres, which must reach the folder.
COMPOSER_SERVER ?= $(if $(filter 0,$(shell id -u)),/var/tmp/loophole-composer,$(abspath $(BUILD))/composer-server)
composer-server:
	@tools/composer-server start $(COMPOSER_SERVER)
	@echo "it runs in $(COMPOSER_SERVER); tools/composer-server studio $(COMPOSER_SERVER) NAME adds a studio"
composer-server-stop:
	@tools/composer-server stop $(COMPOSER_SERVER)
.PHONY: composer-server composer-server-stop
# The migrations of composer's server are compiled in, for `loophole composer serve`.
CFLAGS_frontends_cli_composer_ := -DCOMPOSER_SQL='"$(BUILD)/gen/composer.sql"'
$(BUILD)/gen/composer.sql: tools/composer-sql $(wildcard services/composer/sql/*.sql)
	@mkdir -p $(@D)
	$(Q)tools/composer-sql >$@
$(BUILD)/frontends/cli/composer/composer.o: $(BUILD)/gen/composer.sql
