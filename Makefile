# Each target makes what it needs; none asks for another first.
# A narrower run of the tests: make test ARGS="-k first_match"
ARGS =

.DEFAULT_GOAL := help
.PHONY: help demo test e2e bench pictures lint pot stop clean

help: ## list these targets
	@sed -n 's/^\([a-z0-9]*\):.* ## /  make \1	/p' $(firstword $(MAKEFILE_LIST))

demo: ## start Odoo with the addon and demo data; ARGS=large: the account of a call centre; ARGS=panel: Axivox's panel
	@dev/demo $(ARGS)

test: ## run all tests; ARGS="-k word" narrows
	@dev/test $(ARGS)

e2e: ## place real SIP calls from the softphone; ARGS="-k incoming" narrows
	@dev/e2e $(ARGS)

bench: ## measure what runs for each call and page, beside its floor and its rivals; ARGS="resolve" narrows
	@dev/bench $(ARGS)

pictures: ## take the pictures in docs/pictures; ARGS="voip" narrows
	@dev/pictures $(ARGS)

lint: ## check the sources
	@dev/lint

pot: ## write the files of terms to translate
	@dev/pot

stop: ## stop what this checkout has started
	@dev/stop

clean: ## stop it, and remove what this checkout has made
	@dev/clean
