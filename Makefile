# Each target prepares what it needs and does not depend on another.
# To run some of the tests: make test ARGS="-k first_match"
ARGS =

.DEFAULT_GOAL := help
.PHONY: help demo test e2e bench pictures lint pot stop clean

help: ## list these targets
	@sed -n 's/^\([a-z0-9]*\):.* ## /  make \1	/p' $(firstword $(MAKEFILE_LIST))

demo: ## start Odoo with the addon and demo data; ARGS=large: a call centre; ARGS=panel: with Axivox's panel
	@dev/demo $(ARGS)

test: ## run all tests; ARGS="-k word" selects some
	@dev/test $(ARGS)

e2e: ## place real SIP calls from the softphone; ARGS="-k incoming" selects some
	@dev/e2e $(ARGS)

bench: ## measure the cost of each call and page; ARGS="resolve" selects cases
	@dev/bench $(ARGS)

pictures: ## take the pictures in docs/pictures; ARGS="voip" selects some
	@dev/pictures $(ARGS)

lint: ## check the source code
	@dev/lint

pot: ## write the translation templates
	@dev/pot

stop: ## stop everything this checkout has started
	@dev/stop

clean: ## also remove everything this checkout has made
	@dev/clean
