# ---- a PostgreSQL server for tests and trials of composer ----
# PostgreSQL does not run as root; for root it runs as the user postgres, which must reach the folder.
COMPOSER_SERVER ?= $(if $(filter 0,$(shell id -u)),/var/tmp/loophole-composer,$(abspath $(BUILD))/composer-server)
composer-server:
	@tools/composer-server start $(COMPOSER_SERVER)
	@echo "it runs in $(COMPOSER_SERVER); tools/composer-server studio $(COMPOSER_SERVER) NAME adds a studio"
composer-server-stop:
	@tools/composer-server stop $(COMPOSER_SERVER)
.PHONY: composer-server composer-server-stop
