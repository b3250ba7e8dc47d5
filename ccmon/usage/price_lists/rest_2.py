"""Prices of all other models, the second half. Written by tests/price_lists.py; ccmon/usage/priced.py reads it."""

TEXT = """\
1.1 5.5 . .: jp.anthropic.claude-haiku-4-5-20251001-v1:0 us.anthropic.claude-haiku-4-5-20251001-v1:0; 5.5 27.5 . . *6:
jp.anthropic.claude-opus-4-7 us.anthropic.claude-opus-4-6-v1 us.anthropic.claude-opus-4-7; 5.5 27.5 . . *2:
jp.anthropic.claude-opus-4-8 us.anthropic.claude-opus-4-8; 5.5 27.5 . .: jp.anthropic.claude-opus-5
us.anthropic.claude-opus-4-5-20251101-v1:0 us.anthropic.claude-opus-5; 3.3 16.5 . .:
jp.anthropic.claude-sonnet-4-5-20250929-v1:0 jp.anthropic.claude-sonnet-4-6 kimi/kimi-k3
us.anthropic.claude-sonnet-4-5-20250929-v1:0 us.anthropic.claude-sonnet-4-6; 2.2 11 . .: jp.anthropic.claude-sonnet-5
us.anthropic.claude-sonnet-5; 0.57 2.3 . 0.5: kimi-k2; 0.57 2.3 . .: kimi-k2-0711 novita/kimi-k2; 0.5 2 . 0.4: kimi-k2-0905;
0.632 2.53 . .: kimi-k2-0905-preview; 0.4 1.8 . 0.2: kimi-k2-instruct-fast moonshotai/kimi-k2-instruct
moonshotai/kimi-k2-instruct-0711; 0.6 2.5 . 0.3: kimi-k2-thinking; 0.15 8 . .: kimi-k2-turbo-preview; 0.6 3 . .: kimi-k2.5
moonshotai.kimi-k2.5; 0.95 4 . 0.16: kimi-k2.6 kimi/kimi-k2.6; 0.95 4 . 0.19: kimi-k2.7-code kimi/kimi-k2.7-code
moonshot-ai/kimi-k2.7-code novita/kimi-k2.7-code scx-ai-gp/kimi-k2.7-code tencent/kimi-k2.7-code; 3 15 . .: kimi-k3
moonshot-ai/kimi-k3 moonshotai/Kimi-K3-TEE novita/kimi-k3 runpod/kimi-k3 runware/kimi-k3 tencent/kimi-k3 together-ai/kimi-k3
umans-kimi-k3 us.anthropic.claude-sonnet-4-20250514-v1:0 v0-1.0-md v0-1.5-md vertex-anthropic/claude-sonnet-4-5
vertex-anthropic/claude-sonnet-4-6; 6 30 . .: kimi-k3:fast; 0.6 3 0 0.1: kimi/kimi-k2.5; 0.3 1.2 . 0.06:
kuaishou/kat-coder-pro-v2 kwaipilot/kat-coder-pro-v2 minimax/minimax-m3:thinking novita/minimax-m2.7 solar-pro4
tencent/minimax-m2.7 tencent/minimax-m3 together-ai/minimax-m3 upstage/solar-pro4; 0.74 2.96 . 0.15:
kwaipilot/kat-coder-pro-v2.5; 0.1785 0.3465 . .: lightonai/LightOnOCR-2-1B; 0.3 2.5 . .: ling-2.6-1t ring-2.6-1t; 0.1 0.3 . .:
ling-2.6-flash meta-llama/Llama-4-Scout-17B-16E-Instruct mistral-small-2503 mistral-small-2506 mistral.voxtral-small-24b-2507
mistral/devstral-small-2507 mistral/mistral-small-2506 mistralai/voxtral-small-24b-2507 xiaomi/mimo-v2-flash; 0.06 0.18 . 0.012:
ling-3.0-flash novita/ling-3.0-flash; 0.1 0.2 . 0.05: liquid/lfm-2.5-2.6b poolside/laguna-xs-2.1; 0.51 0.74 . .:
llama-3-70b-instruct meta-llama/llama-3-70b-instruct novita/llama-3-70b-instruct; 0.72 0.72 . .: llama-3.1-70b-instruct
meta.llama-4-maverick-17b-128e-instruct-fp8 meta.llama-4-scout-17b-16e-instruct meta.llama3-1-70b-instruct-v1:0
meta.llama3-3-70b-instruct-v1:0 meta/llama-3.1-70b meta/llama-3.3-70b-instruct-maas us.meta.llama3-1-70b-instruct-v1:0
us.meta.llama3-3-70b-instruct-v1:0; 0.05 0.08 . .: llama-3.1-8b-instant mistralai/mistral-small-24b-instruct-2501; 0.167 0.167 .
.: llama-3.1-8b-instruct; 0.07 0.33 . .: llama-3.2-11b-instruct; 0.15 0.6 . .: llama-3.2-3b mistral-small-2603
mistral/mistral-small-2603 mistralai/mistral-small-2603 nvidia/Nemotron-Cascade-2-30B-A3B openai.gpt-oss-120b
openai.gpt-oss-120b-1:0 openai.gpt-oss-safeguard-120b openai/gpt-oss-safeguard-120b qwen.qwen3-32b-v1:0
qwen.qwen3-coder-30b-a3b-v1:0 qwen/deepseek-v4.1-flash qwen3-vl-30b-a3b-instruct together-ai/gpt-oss-120b
together_ai/openai/gpt-oss-120b upstage/solar-pro-3 upstage/solar-pro2 upstage/solar-pro3; 0.7 2.8 . .: llama-3.3-70b
qwen2-5-32b-instruct qwen3-235b-a22b qwen3-32b qwen3-vl-235b-a22b; 0.71 0.71 . .: llama-3.3-70b-instruct; 0.59 0.79 . .:
llama-3.3-70b-versatile meta-llama/Meta-Llama-3.3-70B-Instruct; 0.25 0.87 . .: llama-4-maverick; 0.25 1 . .:
llama-4-maverick-17b-128e-instruct-fp8 siliconflow/deepseek-v3-0324; 0.27 0.85 . .: llama-4-maverick-17b-instruct
novita/llama-4-maverick-17b-instruct; 0.08 0.3 . .: llama-4-scout; 0.2 0.78 . .: llama-4-scout-17b-16e-instruct; 0.18 0.59 . .:
llama-4-scout-17b-instruct novita/llama-4-scout-17b-instruct; 0.21 0.21 . .: llama-guard-4; 0.01 0.01 . .:
llama-prompt-guard-2-22m llama-prompt-guard-2-86m meta/llama-3.2-1b-instruct; 1.75 2.75 . .: llama3-3-70b; 0.198 0.198 . .:
llama3-8b-instruct; 0.65 0.65 . .: llama3.3-70b-instruct; 0.75 3 . 0.015: longcat-2.0:thinking meituan/longcat-2.0; 2 5 . .:
lucidnova-rf1-100b; 4.5 22 . .: lucidquery-agi-01-frontier; 2.5 15 . .: lucidquery-agi-01-swift; 0.1 0.5 . .: magibu-11b-v8
nvidia-nemotron-3-super-120b-a12b osmosis/osmosis-structure-0.6b; 0.2 1.2 . .: mai-code-1.1-flash; 3 5 . .: medgemma-4b; 0.02
0.16 . 0.01: meganova-ai/manta-flash-1.0 meganova-ai/manta-mini-1.0; 0.06 0.5 . 0.03: meganova-ai/manta-pro-1.0; 0.25 0.75 . .:
mercury-2 mercury-edit-2; 0.04 0.15 . .: mercury-2.5; 0.1 0.2 . 0.002: meta-contributor/muse-spark-1.2-contributor
meta-contributor/muse-spark-1.3-contributor meta/muse-spark-1.2-contributor meta/muse-spark-1.3-contributor; 0.15 0.45 . .:
meta-llama-3-1-8b-instruct; 0.5 1.5 . .: meta-llama-3-3-70b-instruct mistral-large-2512 mistral-large-3:675b
mistral.magistral-small-2509 mistral.mistral-large-3-675b-instruct mistral/mistral-large-2512 mistral/mistral-large-3; 0.74 0.74
. .: meta-llama-3_3-70b-instruct; 0.8 0.8 . 0.8: meta-llama/Llama-3.1-70B-Instruct; 0.2 0.2 0.2 0.2:
meta-llama/Llama-3.1-8B-Instruct ministral-14b mistralai/Mistral-7B-Instruct-v0.3; 0.1 0.1 0.1 0.1: meta-llama/Llama-3.2-1B
meta-llama/Llama-3.2-3B; 0.1 0.201 0.1 0.1: meta-llama/Llama-3.2-1B-Instruct; 0.1 0.335 0.1 0.1:
meta-llama/Llama-3.2-3B-Instruct; 0.35 0.4 0.7 0.175: meta-llama/Llama-3.2-90B-Vision-Instruct; 0.13 0.38 0.26 0.065:
meta-llama/Llama-3.3-70B-Instruct; 0.1 0.32 . .: meta-llama/Llama-3.3-70B-Instruct-Turbo; 0.15 0.6 0.3 0.075:
meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8; 0.14 0.14 . .: meta-llama/Meta-Llama-3-8B-Instruct-Lite
nousresearch/hermes-2-pro-llama-3-8b; 3.5 3.5 . .: meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo; 0.02 0.05 . .:
meta-llama/Meta-Llama-3.1-8B-Instruct; 0.04 0.04 . .: meta-llama/llama-3-8b-instruct meta-llama/llama-prompt-guard-2-86m
ministral-3b mistral.voxtral-mini-3b-2507 mistral/ministral-3b; 0.15 0.6 . 0.075: meta-llama/llama-4-maverick openai-gpt-4o-mini
openai/gpt-4o-mini-2024-07-18; 0.085 0.46 . 0.0425: meta-llama/llama-4-scout; 0.18 0.18 . .: meta-llama/llama-guard-4-12b; 0.03
0.03 . .: meta-llama/llama-prompt-guard-2-22m qwen/qwen3-4b-fp8; 0.22 0.22 . .: meta.llama3-1-8b-instruct-v1:0 meta/llama-3.1-8b
us.meta.llama3-1-8b-instruct-v1:0; 0.24 0.97 . .: meta.llama4-maverick-17b-instruct-v1:0
us.meta.llama4-maverick-17b-instruct-v1:0; 0.17 0.66 . .: meta.llama4-scout-17b-instruct-v1:0
us.meta.llama4-scout-17b-instruct-v1:0; 0.99 0.99 . .: meta/llama-3.1-70b-instruct; 0.025 0.025 . .: meta/llama-3.1-8b-instruct;
0.055 0.055 . .: meta/llama-3.2-11b-vision-instruct; 0.02 0.02 . .: meta/llama-3.2-3b-instruct; 0.22 0.5 . 0.11:
meta/llama-3.3-70b-instruct; 0.35 1.15 . .: meta/llama-4-maverick-17b-128e-instruct-maas; 0.3 1.1 . 0.04: meta/muse-glimmer-30b;
1.25 4.25 1.25 0.15: meta/muse-spark-1.1; 1.25 4.25 . 0.15: meta/muse-spark-1.2 meta/muse-spark-1.3 muse-spark-1.1
muse-spark-1.2 muse-spark-1.3; 0.07 0.14 . .: microsoft/phi-4; 0.493 0.493 . 0.2465: microsoft/wizardlm-2-8x22b
nothingiisreal/L3.1-70B-Celeste-V0.1-BF16; 0.14 0.28 . 0.0028: mimo-v2-flash mimo-v2-omni mimo-v2.5 tencent/deepseek-v4-flash;
0.435 0.87 . 0.0036: mimo-v2-pro; 0.14 0.28 . .: mimo/mimo-v2.5; 0.435 0.87 . .: mimo/mimo-v2.5-pro; 0.651 1.097 . .:
minicpm-v-4.5; 0.27 0.95 . 0.03: minimax-m25; 0.375 1.5 . 0.06875: minimax-m27; 0.6 2.4 . .: minimax-m3:fast; 0.2 1.1 . .:
minimax-text-01 minimax/minimax-text-01; 0.3 1.2 . .: minimax.minimax-m2 minimax.minimax-m2.1 minimax.minimax-m2.5
minimax/m2-her minimax/minimax-m2 minimax/minimax-m2-her minimax/minimax-m2.1 minimax/minimax-m2.5
minimaxai/chat-completion/models/MiniMax-M2_5-high-throughput novita/minimax-m2.1 novita/minimax-m2.5; 0.6 2.4 . 0.12 @524288
1.2 4.8 . 0.24: minimax/m3; 0.1394 1.122 . 0.0697: minimax/minimax-01; 0.4 2.2 . .: minimax/minimax-m1; 0.3 2.4 . .:
minimax/minimax-m2.1-lightning minimax/minimax-m2.5-lightning qwen3.5-27b; 0.6 2.4 0.375 .: minimax/minimax-m2.5-highspeed
minimax/minimax-m2.7-highspeed; 0.6 2.4 . 0.3: minimax/minimax-m2.7-turbo; 0.33 1.32 0.33 0.066 @512000 0.66 2.63 0.66 0.132:
minimax/minimax-m3; 0.179 0.179 . 0.017: ministral-8b-2512; 0.1 0.1 . .: ministral-8b-latest mistral.ministral-3-3b-instruct
mistral/ministral-3b-2512 mistral/ministral-8b mistralai/ministral-3b-2512 qwen3-embedding-8b zai/glm-4-32b-0414-128k; 0.2 0.2 .
.: mistral-3-14B mistral.ministral-3-14b-instruct mistral/ministral-14b mistral/ministral-14b-2512 mistralai/ministral-14b-2512
qwen/qwen-2.5-7b-vision-instruct; 0.159 0.219 . .: mistral-7b-instruct-v0.2; 0.111 0.111 . .: mistral-7b-instruct-v0.3; 4.284
12.952 . .: mistral-large-2402; 2 6 . .: mistral-large-2411 mistral.pixtral-large-2502-v1:0 mistral/mistral-large-2411
mistralai/mistral-large-2407 mistralai/mixtral-8x22b-instruct mistralai/mixtral-8x22b-instruct-v0.1 open-mixtral-8x22b
us.mistral.pixtral-large-2502-v1:0 xai/grok-4.20-multi-agent; 0.5 1.5 0.5 0.5: mistral-large-3; 0.4 2 . .: mistral-medium-2505
mistral-medium-2508 mistral.devstral-2-123b mistral/devstral-2512 mistral/devstral-medium-2507 mistral/mistral-medium-2505
mistralai/devstral-2512 mistralai/mistral-medium-3 mistralai/mistral-medium-3.1; 1.5 7.5 . .: mistral-medium-2604
mistral/mistral-medium-2604 mistral/mistral-medium-3.5; 1.65 8.25 . 1.65: mistral-medium-3-5@eu; 1.5 7.5 1.5 1.5:
mistral-medium-3.5; 2.052 10.26 . .: mistral-medium-3.5-128b; 0.09375 0.25 . .: mistral-small-3-2-24b-instruct; 0.1 0.312 . .:
mistral-small-3.2-24b-instruct-2506; 0.15 0.6 . 0.15: mistral-small-4 nebius/openai/gpt-oss-120b; 0.75 3 . .:
mistral-small-4-119b; 0.15 0.15 . .: mistral.ministral-3-8b-instruct mistral/ministral-8b-2512 mistralai/ministral-8b-2512
pixtral-12b; 0.3 0.9 . .: mistral/codestral-2508 mistralai/codestral-2508 zai-org/GLM-4.6V-Flash; 0.038 0.1 . .:
mistral/mistral-nemo-12b-instruct; 0.2 0.6 . .: mistral4-119b nemotron-nano-12b-v2-vl nvidia.nemotron-nano-12b-v2
nvidia/nemotron-nano-12b-v2-vl; 0.3 0.9 0.3 0.3: mistralai/Codestral-22B-v0.1; 0.05 0.22 0.1 0.025:
mistralai/Devstral-Small-2505; 0.5 1.5 1 0.25: mistralai/Magistral-Small-2506; 0.37 0.5 . .:
mistralai/Ministral-3-14B-Instruct-2512; 0.15 0.15 0.15 0.15: mistralai/Ministral-8B-Instruct-2410 mistralai/Pixtral-12B-2409; 2
6 4 1: mistralai/Mistral-Large-Instruct-2411; 1.725 6.9 . .: mistralai/Mistral-Medium-3.5-128B; 0.02 0.04 0.04 0.01:
mistralai/Mistral-Nemo-Instruct-2407; 0.33 0.33 . .: mistralai/Mistral-Small-3.2-24B-Instruct-2506; 0.15 0.6 0.15 .:
mistralai/Mistral-Small-4-119B-2603; 2.5 1.7 . .: mistralai/completion/models/Ministral-3-14B-Reasoning-2512; 1.039 0.54825 . .:
mistralai/completion/models/Ministral-3-3B-Reasoning-2512; 0.4 1.4 . 0.2: mistralai/devstral-2-123b-instruct-2512
mistralai/mistral-small-4-119b-2603:thinking; 0.1 0.4 . 0.05: mistralai/ministral-14b-instruct-2512
ornith-ai/ornith-1.5-35b-a3b:thinking pamanseau/OpenReasoning-Nemotron-32B qwen/qwen3-coder-30b-a3b-instruct
qwen/qwen3.5-flash:thinking; 1.5 7.5 . 0.75: mistralai/mistral-medium-3.5 mistralai/mistral-medium-3.5:thinking; 0.106 0.318 .
.: mistralai/mistral-small-3-1-24b-instruct-2503; 0.1 0.3 . 0.05: mistralai/mistral-small-3.1-24b-instruct
stepfun-ai/step-3.5-flash stepfun-ai/step-3.5-flash-2603; 0.2 0.4 . 0.1: mistralai/mistral-small-3.2-24b-instruct; 0.3 0.72 .
0.036: mixedbread/toast-1; 0.488 0.758 . .: mixtral-8x7B-instruct-v0.1; 0.44 0.44 . 0.22:
mlabonne/NeuralDaredevil-8B-abliterated; 0.574 2.294 . .: moonshot-kimi-k2-instruct; 0.6 2.5 . .: moonshot.kimi-k2-thinking
moonshotai/kimi-k2-thinking-maas vertex-openai/kimi-k2-thinking; 0.6 3 . 0.1: moonshot/kimi-k2.5 novita/kimi-k2.5; 1 4.16 1
0.18: moonshot/kimi-k2.6 moonshot/kimi-k2.7-code; 1.9 8 . 0.38: moonshot/kimi-k2.7-code-highspeed
moonshotai/kimi-k2.7-code-highspeed tencent/kimi-k2.7-code-highspeed; 3 15 3 .: moonshot/kimi-k3 moonshotai/Kimi-K3; 0.39 1.9
0.78 0.195: moonshotai/Kimi-K2-Instruct-0905; 0.55 2.25 1.1 0.275: moonshotai/Kimi-K2-Thinking; 0.5 2.85 . .:
moonshotai/Kimi-K2.6-TEE; 4.5 22.5 4.5 .: moonshotai/Kimi-K3-Fast; 0.95 4 . .: moonshotai/chat-completion/models/Kimi-K2_6; 0.55
2.2 . .: moonshotai/kimi-k2 public/deepseek-r1; 0.6 2.5 . 0.15: moonshotai/kimi-k2-0905; 1.15 8 . 0.15:
moonshotai/kimi-k2-thinking-turbo; 0.5 2.8 . 0.125: moonshotai/kimi-k2.5 tensorx/moonshotai/kimi-k2.5; 0.3 1.9 . 0.15:
moonshotai/kimi-k2.5:thinking; 0.95 4 0 0.2: moonshotai/kimi-k2.6; 0.5 2.6 . 0.125: moonshotai/kimi-k2.6:thinking; 0.69 3.49 0
0.14: moonshotai/kimi-k2.7-code; 0.8 1.2 . .: morph-v3-fast morph/morph-v3-fast; 0.9 1.9 . .: morph-v3-large
morph/morph-v3-large; 0.5 2 . 0.2: motif-technologies/motif-3; 0.009 0 . .: multi-qa-mpnet-base-dot-v1; 0.2 0.8 . 0.05:
muse-glimmer-30b openai/gpt-4.1-nano-fast; 0.14 0.28 . 0.14: nebius/deepseek-ai/DeepSeek-V4-Flash-0731; 1.32 3.96 . 1.32:
nebius/deepseek-ai/DeepSeek-V4-Pro-0813; 0.3 1.2 . 0.3: nebius/deepseek-ai/DeepSeek-V4.1-Flash; 0.1 0.3 . 0.1:
nebius/google/gemma-3-27b-it; 1 3 . 1: nebius/nvidia/Nemotron-3-Ultra-550b-a55b; 0.3 0.9 . 0.3:
nebius/nvidia/nemotron-3-super-120b-a12b; 0.06 0.24 . 0.06: nemotron-3-nano-omni nemotron-3-nano-omni@eu
nvidia/Nemotron-3_5-Lightning; 0.06 0.24 . .: nemotron-3-nano:30b nvidia-nemotron-3-nano-30b-a3b nvidia.nemotron-nano-3-30b;
0.015 0.6 . 0.015: nemotron-3-super; 0.1 3 . 0.1: nemotron-3-ultra; 0.5 2.2 . 0.1: nemotron-3-ultra-550b; 0.6 2.4 . 0.12:
nemotron-3-ultra-nvfp4 nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B; 0.05 0.2 . 0.01: nemotron-lightning-3.5-30b-a3b
nvidia/nemotron-3.5-lightning nvidia/nemotron-3.5-lightning:thinking; 0.24 0.707 . .: nemotron-nano-v2-12b; 1 1 . .:
nousresearch/hermes-3-llama-3.1-405b; 0.373 3.144 . .: nova-2-lite; 0.269 0.4 . 0.1345: novita/deepseek-v3.2; 0.14 0.28 . 0.028:
novita/deepseek-v4-flash ranoai/deepseek-v4-flash umans-deepseek-v4-flash-0731; 0.3 1.2 . 0.006: novita/deepseek-v4.1-flash
together-ai/deepseek-v4.1-flash together_ai/deepseek-ai/DeepSeek-V4.1-Flash; 0.42 1.25 . .: novita/ernie-4.5-vl-424b-a47b; 0.13
0.4 . .: novita/gemma-4-26b-a4b-it; 0.14 0.4 . .: novita/gemma-4-31b-it; 0.6 1.8 . 0.11: novita/glm-4.5v z-ai/glm-4.5v
zai-org/glm-4.5v; 0.55 2.2 . 0.11: novita/glm-4.6; 0.3 0.9 . 0.055: novita/glm-4.6v zai-org/glm-4.6v; 0.6 2.2 . 0.11:
novita/glm-4.7 z-ai/glm-4.7-original z-ai/glm-4.7-original:thinking zai-org/glm-4.5; 1 3.2 . 0.2: novita/glm-5 tencent/glm-5
z-ai/glm-5-original z-ai/glm-5-original:thinking z-ai/glm-5.3:thinking zai-org-glm-5; 1.38 4.4 . 0.26: novita/glm-5.1; 1.4 4.4 .
0.26: novita/glm-5.2 novita/glm-5.3 scx-ai-gp/glm-5.3 subconscious/glm-5.2 tencent/glm-5.1 tencent/glm-5.2 zai-org-glm-5-2
zai/GLM-5.2 zai/glm-5.3; 0.15 0.5 . 0.03: novita/glm-5.3-flash runware/glm-5.3-flash umans-glm-5.3-flash z-ai-glm-5-3-flash
zai-org/GLM-5.3-Flash zai/glm-5.3-flash; 0.14 0.58 . 0.035: novita/hy3; 0.8 3.4 . 0.16: novita/kimi-k2.6; 0.03 0.05 . .:
novita/llama-3.2-3b-instruct; 0.135 0.4 . .: novita/llama-3.3-70b-instruct; 0.168 0.336 . 0.0034 @256000 0.8 4 . 0.16:
novita/mimo-v2.5; 0.522 1.044 . 0.0043 @256000 2 6 . 0.4: novita/mimo-v2.5-pro; 0.2 0.8 . .: novita/qwen3-235b-a22b-fp8
nvidia/Nemotron-3-Nano-Omni-30B-A3B-Reasoning nvidia/nemotron-3-super-120b-a12b qwen/qwen3-235b-a22b-fp8 qwen3-vl-30b-a3b
zai-org/GLM-4.5-FP8; 0.09 0.58 . .: novita/qwen3-235b-a22b-instruct-2507; 0.3 3 . .: novita/qwen3-235b-a22b-thinking-2507
ornith-ai/ornith-1.5-35b-a3b; 0.07 0.27 . .: novita/qwen3-coder-30b-a3b-instruct; 0.38 1.55 . .:
novita/qwen3-coder-480b-a35b-instruct; 0.845 3.38 . .: novita/qwen3-max; 0.15 1.5 . .: novita/qwen3-next-80b-a3b-instruct; 0.3
1.5 . .: novita/qwen3-vl-235b-a22b-instruct qwen/qwen3-coder-next@eu qwen3-coder-flash; 0.98 3.95 . .:
novita/qwen3-vl-235b-a22b-thinking; 0.2 0.7 . .: novita/qwen3-vl-30b-a3b-instruct; 0.248 1.485 . .: novita/qwen3.6-35b-a3b
qwen3.6-35b-a3b; 1.25 3.75 . 0.25: novita/qwen3.7-max; 0.42 3 . 0.085: novita/qwen3.8-27b; 0.15 0.47 . 0.016:
novita/qwen3.8-flash; 2 6 . 0.25: novita/qwen3.8-max qwen/qwen3.8-2.4t-a95b qwen/qwen3.8-max-0902 qwen/qwen3.8-max:thinking
qwen3.8-max scx-ai-gp/qwen3.8-max; 0.6 3.6 . .: novita/qwen35-397b-a17b qwen3.5-397b-a17b qwen3.5:397b qwen3.6-27b
qwen35-397b-a17b; 0.07 0 . .: nvidia--llama-3.2-nv-embedqa-1b; 0.3 0.65 . 0.06: nvidia-nemotron-3-super-120b; 0.5 2.5 . .:
nvidia-nemotron-3-ultra; 0.625 3.125 . 0.1875: nvidia-nemotron-3-ultra-550b-a55b; 0.06 0.23 . .: nvidia.nemotron-nano-9b-v2
nvidia/nemotron-nano-9b-v2; 0.15 0.65 . .: nvidia.nemotron-super-3-120b; 0.55 1.65 . .: nvidia/DeepSeek-V3.2-NVFP4; 0.357 0.408
. 0.1785: nvidia/Llama-3.1-Nemotron-70B-Instruct-HF qwen/qwen-2.5-72b-instruct; 1.15 1.15 . .:
nvidia/Llama-3.3-70B-Instruct-FP8; 0.15 0.15 . 0.075: nvidia/Llama-3.3-Nemotron-Super-49B-v1; 0.4 0.4 . .:
nvidia/Llama-3.3-Nemotron-Super-49B-v1.5 thedrummer/unslopnemo-12b; 0.05 0.2 . 0.03: nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B; 0.05
0.2 0.05 0.05: nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16; 0.06 0.25 . .: nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-FP8; 0.3 2.4 .
0.15: nvidia/NVIDIA-Nemotron-3-Super-120B-A12B; 0.09 0.45 0.09 0.09: nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8; 0.5 2.5 0.5
0.15: nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16; 0.07 0.2 . 0.04: nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B; 0.5 0.5 0.5
0.5: nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-BF16; 0.3 0.75 . 0.06: nvidia/Nemotron-120B-A12B; 0.05 0.2 . 0.025:
nvidia/Nemotron-3-Nano-30B-A3B; 0.13 0.38 . .: nvidia/Nemotron-3-Nano-Omni-30B-A3B-Reasoning-BF16; 0.3 1.83 . 0.3:
nvidia/Nemotron-3-Nano-Omni-Reasoning-30B-A3B; 0.05 0.25 . 0.025: nvidia/nemotron-3-super-120b-a12b:thinking; 0.5 2.5 . 0.15:
nvidia/nemotron-3-ultra-550b-a55b; 0.5 2.5 . 0.25: nvidia/nemotron-3-ultra-550b-a55b:thinking; 0.05 0.15 . 0.025:
nvidia/nemotron-3.5-content-safety; 15 60 . 7.5: o1 openai-o1 openai/o1; 2 8 . 0.5: o3 openai-gpt-4.1 openai-o3 openai/gpt-4.1
openai/o3 openai/o4-mini-fast; 1.1 4.4 . 0.275: o4-mini openai/o4-mini openai/o4-mini-high; 0.07 0.4 . 0.035:
olafangensan-glm-4.7-flash-heretic z-ai/glm-4.7-flash z-ai/glm-4.7-flash:thinking; 0.25 0.25 . .: open-mistral-7b solar-pro2
solar-pro3; 0.7 0.7 . .: open-mixtral-8x7b; 2.5 10 . 1.25: openai-gpt-4o openai/gpt-4o-2024-08-06 openai/gpt-4o-2024-11-20;
3.125 12.5 . .: openai-gpt-4o-2024-11-20; 0.1875 0.75 . 0.09375: openai-gpt-4o-mini-2024-07-18; 1.25 10 . .: openai-gpt-5
openai-gpt-5.1-codex-max openai/gpt-5 openai/gpt-5-chat-latest openai/gpt-5-codex openai/gpt-5.1 openai/gpt-5.1-2025-11-13
openai/gpt-5.1-chat-latest openai/gpt-5.1-codex openai/gpt-5.1-codex-max; 0.25 2 . .: openai-gpt-5-mini openai/gpt-5-mini
openai/gpt-5.1-codex-mini qwen3.5-35b-a3b; 0.05 0.4 . .: openai-gpt-5-nano openai/gpt-5-nano; 1.75 14 . .: openai-gpt-5.2
openai-gpt-5.3-codex openai/gpt-5.2 openai/gpt-5.2-chat openai/gpt-5.2-chat-latest openai/gpt-5.2-codex openai/gpt-5.3-chat
openai/gpt-5.3-chat-latest; 21 168 . .: openai-gpt-5.2-pro openai/gpt-5.2-pro; 0.75 4.5 . .: openai-gpt-5.4-mini; 0.2 1.25 . .:
openai-gpt-5.4-nano; 30 180 . . @272000 60 270 . .: openai-gpt-5.4-pro openai/gpt-5.4-pro openai/gpt-5.5-pro; 2.19 17.5 . .:
openai-gpt-52 openai-gpt-53-codex; 3.13 18.8 . .: openai-gpt-54; 0.9375 5.625 . .: openai-gpt-54-mini; 37.5 225 . . @272000 75
337.5 . .: openai-gpt-54-pro; 6.25 37.5 . . @272000 12.5 56.25 . 1.25: openai-gpt-55; 37.5 225 . .: openai-gpt-55-pro; 0.25 1.5
. . @272000 0.5 2.25 0.625 0.05: openai-gpt-56-luna openai-gpt-56-luna-pro; 5 25 . . @272000 10 37.5 12.5 1: openai-gpt-56-sol
openai-gpt-56-sol-pro; 2.5 15 . . @272000 5 22.5 6.25 0.5: openai-gpt-56-terra openai-gpt-56-terra-pro; 12.5 62.5 . . @272000 25
93.75 31.25 2.5: openai-gpt-6-astra-pro; 1.1 4.4 . 0.55: openai-o3-mini openai/o3-mini openai/o3-mini-high openai/o3-mini-low;
2.75 16.5 . .: openai.gpt-5.4; 5.5 33 . .: openai.gpt-5.5; 0.22 1.32 . . @272000 0.44 1.98 0.55 0.044: openai.gpt-5.6-luna
us.openai.gpt-5.6-luna; 4.4 22 . . @272000 8.8 33 11 0.88: openai.gpt-5.6-sol us.openai.gpt-5.6-sol; 2.2 13.2 . . @272000 4.4
19.8 5.5 0.44: openai.gpt-5.6-terra us.openai.gpt-5.6-terra; 11 55 . . @272000 22 82.5 27.5 2.2: openai.gpt-6-astra
us.openai.gpt-6-astra; 0.07 0.3 . .: openai.gpt-oss-20b openai.gpt-oss-20b-1:0; 0.07 0.2 . .: openai.gpt-oss-safeguard-20b; 0.09
0.36 . .: openai/chat-completion/models/gpt-oss-120b-high-throughput openai/gpt-oss-120b-maas; 0.045 0.18 . .:
openai/chat-completion/models/gpt-oss-20b; 4.5 14 . .: openai/chatgpt-4o-latest; 0.5 1.5 . 0: openai/gpt-3.5-turbo; 1 2 . .:
openai/gpt-3.5-turbo-0613; 3 4 . .: openai/gpt-3.5-turbo-16k; 1.5 2 . .: openai/gpt-3.5-turbo-instruct; 0.45 1.4 . .:
openai/gpt-3.5-turbo-raw; 30 60 . .: openai/gpt-4; 27 54 . .: openai/gpt-4-classic openai/gpt-4-classic-0314; 10 30 . .:
openai/gpt-4-turbo; 3.5 14 . 0.875: openai/gpt-4.1-fast openai/o3-fast; 0.4 1.6 . 0.1: openai/gpt-4.1-mini; 0.7 2.8 . 0.175:
openai/gpt-4.1-mini-fast; 0.1 0.4 . 0.025: openai/gpt-4.1-nano; 1.25 5 . 0.625: openai/gpt-4o; 5 15 . .:
openai/gpt-4o-2024-05-13; 2.2 9 . 1.1: openai/gpt-4o-aug; 4.25 17 . 2.125: openai/gpt-4o-fast; 0.15 0.6 0.15 0.075:
openai/gpt-4o-mini; 0.25 1 . 0.125: openai/gpt-4o-mini-fast; 0.14 0.54 . .: openai/gpt-4o-mini-search; 1.25 5 . .:
openai/gpt-4o-mini-transcribe; 2.2 9 . .: openai/gpt-4o-search; 2.5 10 . .: openai/gpt-4o-transcribe us.writer.palmyra-x4-v1:0
writer.palmyra-x4-v1:0 writer/palmyra-x4; 1.1 9 . .: openai/gpt-5-chat openai/gpt-5.1-instant; 2.5 20 . .: openai/gpt-5-fast
openai/gpt-5.1-thinking-fast; 0.45 3.6 . .: openai/gpt-5-mini-fast; 15 120 . .: openai/gpt-5-pro; 1.25 10 . 0.12:
openai/gpt-5.1-chat; 3.5 28 . .: openai/gpt-5.2-fast openai/gpt-5.3-codex-fast; 1.6 13 . .: openai/gpt-5.2-instant
openai/gpt-5.3-instant; 1.75 14 . . *2: openai/gpt-5.3-codex; 2.5 15 2.5 . @272000 5 22.5 5 0.5 *2: openai/gpt-5.4; 5 30 . .:
openai/gpt-5.4-fast openai/gpt-5.5-instant sakana/fugu-ultra-v1.1 sakana/fugu-ultra-v2.0; 0.75 4.5 0.75 .: openai/gpt-5.4-mini;
1.5 9 . .: openai/gpt-5.4-mini-fast; 0.2 1.25 0.2 .: openai/gpt-5.4-nano; 5 30 5 . @272000 10 45 10 1 *2.5: openai/gpt-5.5; 12.5
75 . .: openai/gpt-5.5-fast; 0.2 1.2 . . @272000 0.4 1.8 0.5 0.04 *2: openai/gpt-5.6-luna; 0.4 2.4 . .: openai/gpt-5.6-luna-fast
qwen/qwen3.5-plus:thinking qwen3.5-plus; 0.2 1.2 . . @272000 0.4 1.8 0.5 0.04: openai/gpt-5.6-luna-pro; 4 20 . . @272000 8 30 10
0.8 *2: openai/gpt-5.6-sol; 8 40 . .: openai/gpt-5.6-sol-fast; 2 10 . . @272000 4 15 5 0.4: openai/gpt-5.6-sol-pro; 2 12 . .
@272000 4 18 5 0.4 *2: openai/gpt-5.6-terra; 4 24 . .: openai/gpt-5.6-terra-fast; 2 12 . . @272000 4 18 5 0.4:
openai/gpt-5.6-terra-pro; 10 50 12 . @272000 20 75 25 2 *2: openai/gpt-6-astra; 20 100 . . @272001 40 150 . 4:
openai/gpt-6-astra-fast; 10 50 . . @272000 20 75 25 2: openai/gpt-6-astra-pro; 0.04 0.4 0.08 0.02: openai/gpt-oss-120b; 0.03
0.14 0.06 0.015: openai/gpt-oss-20b; 0.07 0.25 . .: openai/gpt-oss-20b-maas; 0.07 0.2 0 0: openai/gpt-oss-safeguard-20b; 150 600
. 75: openai/o1-pro; 9 36 . 2.2: openai/o3-deep-research; 20 80 . .: openai/o3-pro; 22 88 . 11: openai/o3-pro-2025-06-10; 1.8
7.2 . 0.45: openai/o4-mini-deep-research; 0.09 0.47 . .: ovhcloud/gpt-oss-120b; 0.05 0.18 . .: ovhcloud/gpt-oss-20b; 0.28 0.86 .
.: pearl-ai/gemma-4-31b-it; 0.15 1.5 . 0.075: perceptron/perceptron-mk1; 0.125 0.5 . .: phi-4 phi-4-reasoning
phi-4-reasoning-plus; 0.075 0.3 . .: phi-4-mini; 0.08 0.32 . .: phi-4-multimodal; 0.07 0.11 . 0.035: phi-4-multimodal-instruct;
1.993 5.978 . .: pixtral-large-2502; 0.1 0.2 0.1 .: poolside/laguna-s-2.1; 0.1 0.2 . .: poolside/laguna-s-2.1:thinking
publicai/apertus-8b-instruct qwen/qwen-2.5-7b-instruct rekaai/reka-flash-3; 0.075 0.5 . 0.0375: prism-ml/ternary-bonsai-2-27b;
0.28 1.1 . .: public/deepseek-v3; 0.29 1.16 . .: public/minimax-m25; 0.82 2.92 . .: publicai/apertus-70b-instruct; 2 12 . .
@200000 4 18 . 0.4: quartz/gemini-3.1-pro-preview; 0.79 0.79 . .: qwen-2.5-coder-32b; 0.625 3.75 0.78 . @256000 2.5 7.5 . .:
qwen-3-6-plus; 2.7 8.05 3.35 .: qwen-3-7-max; 0.5 2 . . @256000 1.5 6 1.875 0.15: qwen-3-7-plus; 2.5 7.5 . 0.3125:
qwen-3-8-2-4t-a95b qwen-3-8-max; 0.14 0.49 . .: qwen-3-8-flash; 0.45 3.2 . 0.25: qwen-3.8-27b; 0.22 0.88 . .:
qwen.qwen3-235b-a22b-2507-v1:0 qwen/qwen3-235b-a22b-instruct-2507-maas vertex-openai/qwen3-235b-a22b-instruct-2507; 0.45 1.8 .
.: qwen.qwen3-coder-480b-a35b-v1:0; 0.5 1.2 . .: qwen.qwen3-coder-next; 0.15 1.2 . .: qwen.qwen3-next-80b-a3b
vertex-openai/qwen3-next-80b-a3b-instruct vertex-openai/qwen3-next-80b-a3b-thinking; 0.53 2.66 . .: qwen.qwen3-vl-235b-a22b;
0.22 0.66 . .: qwen/deepseek-v4-flash-0731; 0.66 1.98 . .: qwen/deepseek-v4-pro-0813; 0.66 1 . .:
qwen/qwen-2.5-coder-32b-instruct; 0.26 0.78 . . @256000 0.78 2.34 . .: qwen/qwen-plus-2025-07-28; 0.07 0.07 . .:
qwen/qwen2.5-7b-instruct; 0.2006 0.2006 . 0.1003: qwen/qwen2.5-coder-32b-instruct unsloth/gemma-3-4b-it; 0.8 1 . 0.4:
qwen/qwen2.5-vl-72b-instruct; 0.08 0.24 . 0.04: qwen/qwen3-14b; 0.287 1.147 . 0.0574: qwen/qwen3-235b-a22b; 0.072 0.464 . 0.018:
qwen/qwen3-235b-a22b-2507; 0.108 1.076 . 0.0216: qwen/qwen3-30b-a3b; 0.09 0.45 . .: qwen/qwen3-30b-a3b-fp8; 0.2 2.4 . .:
qwen/qwen3-30b-a3b-thinking-2507 qwen/qwen3-vl-30b-a3b-thinking; 0.1 0.45 . .: qwen/qwen3-32b-fp8; 0.035 0.138 . .:
qwen/qwen3-8b-fp8 zai-org/autoglm-phone-9b-multilingual; 0.13 0.5 . 0.065: qwen/qwen3-coder; 0.195 0.975 . 0.039 @32000 0.325
1.625 0.40625 0.065: qwen/qwen3-coder-flash; 0.15 0.8 . 0.075: qwen/qwen3-coder-next; 0.65 3.25 . 0.13 @32000 1.17 5.85 1.4625
0.234: qwen/qwen3-coder-plus; 0.78 3.9 . 0.156 @32000 1.56 7.8 1.95 0.312: qwen/qwen3-max; 1.2002 6.001 . 0.6001:
qwen/qwen3-max-2026-01-23; 0.78 3.9 . . @32000 1.56 7.8 . .: qwen/qwen3-max-thinking; 1.2 6 . 0.24: qwen/qwen3-max@eu; 0.15 0.65
. 0.075: qwen/qwen3-next-80b-a3b-thinking; 0.25 0.97 . .: qwen/qwen3-omni-30b-a3b-thinking; 0.287 2.867 . 0.0574:
qwen/qwen3-vl-235b-a22b-thinking; 0.13 0.52 . .: qwen/qwen3-vl-30b-a3b-instruct; 0.104 0.416 . .: qwen/qwen3-vl-32b-instruct;
0.117 0.455 . .: qwen/qwen3-vl-8b-instruct; 0.18 2.1 . .: qwen/qwen3-vl-8b-thinking; 0.143 1.434 . 0.0286: qwen/qwen3-vl-plus;
0.5 3.5 . 0.125: qwen/qwen3.5-122b-a10b; 0.437 3.496 . 0.103788: qwen/qwen3.5-122b-a10b:thinking; 0.086 0.688 . 0.0172:
qwen/qwen3.5-27b; 0.27 2.16 . 0.135: qwen/qwen3.5-27b:thinking; 0.225 1.8 . 0.1125: qwen/qwen3.5-35b-a3b:thinking; 0.6 3.6 .
0.3: qwen/qwen3.5-397b-a17b:thinking; 0.1 0.4 . .: qwen/qwen3.5-flash; 0.065 0.26 . .: qwen/qwen3.5-flash-02-23; 0.4 2.4 0.4 .:
qwen/qwen3.5-plus; 0.26 1.56 . . @256000 0.325 1.95 . .: qwen/qwen3.5-plus-02-15; 0.3 1.8 . . @256000 0.375 2.25 0.46875 .:
qwen/qwen3.5-plus-20260420; 0.203 2.24 . 0.1015: qwen/qwen3.6-27b:thinking; 0.112 0.8 . 0.056: qwen/qwen3.6-35b-a3b:thinking;
0.19 1.13 0.24 . @256000 0.75 4.5 0.94 0.075: qwen/qwen3.6-flash; 1.027 6.162 . . @128000 1.58 9.48 1.975 .:
qwen/qwen3.6-max-preview; 0.32 1.88 . . @256000 1.25 7.5 1.57 0.124: qwen/qwen3.6-plus; 0.04 0.13 0.04 0.01 @32000 0.1 0.37 0.12
0.02: qwen/qwen3.7-flash; 0.03 0.13 0.038 0.006: qwen/qwen3.7-flash:thinking; 2.5 7.5 . 0.5: qwen/qwen3.7-max:thinking
qwen3.7-max; 0.32 1.25 . . @256000 0.96 3.75 1.2 0.096: qwen/qwen3.7-plus; 0.4 1.6 . 0.08: qwen/qwen3.7-plus:thinking; 0.5 3 .
0.1: qwen/qwen3.8-27b; 0.1 0.6 . 0.05: qwen/qwen3.8-27b-cybersecurity; 0.25 1.5 . 0.125: qwen/qwen3.8-27b-fable
qwen/qwen3.8-27b-hemmingway qwen/qwen3.8-27b-queen; 0.25 1.5 . 0.2: qwen/qwen3.8-27b-obliterated
qwen/qwen3.8-27b-obliterated:thinking; 0.15 1.2 . 0.125: qwen/qwen3.8-27b-uncensored qwen/qwen3.8-27b-uncensored:thinking; 0.15
0.7 . 0.04: qwen/qwen3.8-27b:thinking; 0.13 0.43 0.2 0.016: qwen/qwen3.8-flash; 0.2 0.5 . 0.05: qwen/qwen3.8-flash-next
spacexai/grok-4.1-fast-non-reasoning spacexai/grok-4.1-fast-reasoning x-ai/grok-4.1-fast xai/grok-4-fast-non-reasoning
xai/grok-4-fast-reasoning xai/grok-4.1-fast-non-reasoning xai/grok-4.1-fast-reasoning; 1.88 5.63 . 0.23: qwen/qwen3.8-max; 2.5
7.5 . .: qwen/qwen3.8-max-preview; 0.13 0.43 0.13 0.016: qwen/qwen3.8-omni-flash; 0.11458 0.74812 . .:
qwen/qwenCoder/models/Qwen3-Coder-30B-A3B-Instruct; 0.3 0.5 . .: qwen/qwenLM/models/Qwen3-30B-A3B-Instruct-2507; 0.36 1.3 . .:
qwen/qwenLM/models/Qwen3-30B-A3B-Thinking-2507; 0.35 1.4 . .: qwen2-5-14b-instruct qwen3-14b; 1.4 5.6 . .: qwen2-5-72b-instruct;
0.175 0.7 . .: qwen2-5-7b-instruct; 0.287 0.861 . .: qwen2-5-coder-32b-instruct qwq-32b; 0.144 0.287 . .:
qwen2-5-coder-7b-instruct qwen2-5-math-7b-instruct; 0.574 1.721 . .: qwen2-5-math-72b-instruct; 2.8 8.4 . .:
qwen2-5-vl-72b-instruct; 0.35 1.05 . .: qwen2-5-vl-7b-instruct; 0.03 0.09 . .: qwen2.5-coder-7b-fast; 0.11 1.08 . .:
qwen3-30b-a3b; 0.04 0.07 . 0.02: qwen3-5-4b; 0.3 0.94 . 0.3: qwen3-8-omni-flash; 0.18 0.7 . .: qwen3-8b; 0.22 0.95 . .:
qwen3-coder; 0.45 2.25 . . @32000 0.75 3.75 . .: qwen3-coder-30b-a3b-instruct; 1.5 7.5 . . @32000 2.7 13.5 . .:
qwen3-coder-480b-a35b-instruct; 0.108 0.675 . 0.06: qwen3-coder-next; 1 5 . .: qwen3-coder-plus
vertex-anthropic/claude-haiku-4-5; 0.04 0 . .: qwen3-embedding-0.6b; 0.1502 0 . .: qwen3-embedding-4b; 1.2 6 . .: qwen3-max;
0.35 1.9 . .: qwen3-next-80b; 0.5 2 . .: qwen3-next-80b-a3b-instruct; 0.5 6 . .: qwen3-next-80b-a3b-thinking; 0.12 0.12 . .:
qwen3-reranker-4b; 0.2 0.88 . 0.11: qwen3-vl-235b-a22b-instruct; 0.05 0.4 . 0.01: qwen3-vl-flash; 0.2 1.6 . .: qwen3-vl-plus;
0.9 3.6 . .: qwen3.5-122b; 0.4 3.2 . .: qwen3.5-122b-a10b; 0.02 0.1 . .: qwen3.5-2b sarvam/sarvam-30b; 0.04 0.15 . 0.008:
qwen3.5-9b; 0.172 1.033 . . @256000 0.689 4.133 . .: qwen3.5-flash; 0.29 1.15 . .: qwen3.6-35b qwen3.6-35b-fast; 0.1875 1.125 .
.: qwen3.6-flash; 1.3 7.8 . .: qwen3.6-max-preview; 0.5 3 . . @256000 2 6 2.5 0.2: qwen3.6-plus qwen3.7-plus; 0.02962 0.1185
0.03703 . @32000 0.08887 0.35549 0.11109 0.008887: qwen3.7-flash; 2 6 . 0.5: qwen3.8-2.4t-a95b spacexai/grok-4.6
vertex-openai/grok-4-6; 0.3 2.2 . 0.1: qwen3.8-27b; 0.15 0.47 0.2 0.016: qwen3.8-flash; 0.22 2.2 . .: qwen35-122b-a10b; 0.85
1.25 . .: relace/relace-apply-3; 0.076 0.153 . 0.014: runware/deepseek-v4-flash; 0.961 1.922 . 0.079: runware/deepseek-v4-pro;
0.15 0.6 . 0.01: runware/deepseek-v4.1-flash scx-ai-gp/deepseek-v4.1-flash; 0.102 0.297 . 0.012: runware/gemma-4-31b-it; 0.8
2.55 . 0.16: runware/glm-5.2; 1.2 4 . 0.2: runware/glm-5.3; 0.032 0.14 . 0.032: runware/gpt-oss-120b; 0.6 3.05 . 0.13:
runware/kimi-k2.6; 5 30 . . @272000 10 45 . 1: sakana/fugu-ultra-v2; 1.48 1.48 . .: sao10K/l3-70b-euryale-v2.1
sao10K/l31-70b-euryale-v2.2; 0.05 0.05 . .: sao10K/l3-8b-lunaris; 0.04 0.05 . .: sao10k/l3-lunaris-8b; 0.85 0.85 . .:
sao10k/l3.1-euryale-70b; 0.65 0.75 . .: sao10k/l3.3-euryale-70b; 0.48 1.7 . .: sap-abap-1; 0.12 0.6 . .:
sapiens-ai/agnes-1.5-lite; 0.16 0.8 . .: sapiens-ai/agnes-1.5-pro; 0.054 0.2124 . 0.0336: sarvam-105b; 0.04 0.16 . .:
sarvam/sarvam-105b; 0.4584 0.9168 . .: scaleway/deepseek-v4-flash-0731; 0.287125 0.57425 . .: scaleway/gemma-3-27b-it; 0.1719
0.6876 . .: scaleway/gpt-oss-120b; 1.0314 1.0314 . .: scaleway/llama-3.3-70b-instruct; 0.88 2.55 . 0.16: scx-ai-gp/glm-5.2; 2.2
6.5 . 0.45: scx-ai-gp/glm-5.2-fast; 0.088 0.25 . 0.025: scx-ai-gp/glm-5.3-flash; 3.5 18 . .: scx-ai-gp/kimi-k3; 0.3 0.91 . .:
scx-ai/gemma-4-31b-it; 0.17 0.55 . .: scx-ai/gpt-oss-120b; 0.53 1.62 . .: scx-ai/llama-4-maverick-17b-instruct; 0.48 1.79 .
0.05: scx-ai/minimax-m2.7; 0.36 0.87 . .: scx-ai/qwen3-32b; 0.25 2 . 0.05: seed-1.8; 0.4 2.4 . 0.4 @128000 0.8 4.8 . 0.8:
seed-2-0-code; 0.31 2.5 . 0.31 @128000 0.62 5 . 0.62: seed-2-0-lite; 0.12 0.5 . 0.12 @128000 0.24 1 . 0.24: seed-2-0-mini; 0.63
3.79 . 0.63 @128000 1.26 7.58 . 1.26: seed-2-0-pro; 0.63 3.13 . 0.63: seed-2-1-turbo; 0.5 0.5 . 0.25:
shisa-ai/shisa-v2-llama3.3-70b shisa-ai/shisa-v2.1-llama3.3-70b; 0.5 2.18 . .: siliconflow/deepseek-r1-0528; 0.27 1 . .:
siliconflow/deepseek-v3.1-terminus; 0.27 0.42 . .: siliconflow/deepseek-v3.2; 0.3 0.3 . 0.15: soob3123/GrayLine-Qwen3-8B
soob3123/Veiled-Calla-12B soob3123/amoral-gemma3-27B-v2; 1.25 2.5 . 0.2: spacexai/grok-4.20-multi-agent
spacexai/grok-4.20-multi-agent-beta spacexai/grok-4.20-non-reasoning spacexai/grok-4.20-reasoning
spacexai/grok-4.20-reasoning-beta spacexai/grok-4.3 xai.grok-4.3; 1.25 2.5 . 0.4: spacexai/grok-4.20-non-reasoning-beta; 2 6 .
0.3: spacexai/grok-4.5; 1 2 . 0.2: spacexai/grok-build-0.1; 0.67 0.67 . .: speakleash/Bielik-11B-v2.6-Instruct
speakleash/Bielik-11B-v3.0-Instruct; 4 20 . . *6: stealth/claude-opus-4.6 stealth/claude-opus-4.7; 4 20 . . *2:
stealth/claude-opus-4.8; 2.4 12 . .: stealth/claude-sonnet-4.6; 0.25 1.5 . .: stealth/qwen3.6-plus; 2.05 9.59 . 0.41:
step-1-32k; 5.21 16.44 . 1.04: step-2-16k; 0.1 0.3 . 0.02: step-3.5-flash; 0.185 1.11 . 0.037: step-3.7-flash; 0.2 1.15 . 0.04:
stepfun-ai/Step-3.7-Flash stepfun/step-3.7-flash:thinking; 0.21 0.57 . .: stepfun/step-3; 0.09 0.3 . 0.02:
stepfun/step-3.5-flash; 0.19 1.14 0 0.03: stepfun/step-3.7-flash; 1 2.7 . 0.05: stepfun/step-5-preview; 0.3 3 . 0.15:
subconscious/tim-qwen3.6-27b; 0.87 3.1 . .: swiss-ai/Apertus-v1.5-70B; 0.435 0.87 . 0.00363: tencent/deepseek-v4-pro; 1.2 4 .
0.24: tencent/glm-5-turbo tencent/glm-5v-turbo z-ai-glm-5-turbo z-ai/glm-5v-turbo:thinking zai/glm-5v-turbo; 0.14 0.57 . .:
tencent/hunyuan-a13b-instruct; 0.044 0.177 . .: tencent/hy-mt2-1.8b tencent/hy-mt2-lite; 0.074 0.295 . .: tencent/hy-mt2-30b-a3b
tencent/hy-mt2-7b tencent/hy-mt2-plus tencent/hy-mt2-pro; 0.16 0.64 0.16 0.04: tencent/hy3; 0.172 0.572 0 0.058:
tencent/hy3-preview; 0.96 2.88 0.96 0.048: tencent/hy4-preview; 0.858 3.566 . 0.145: tencent/kimi-k2.6; 0.435 0.87 . 0.0036
@256000 2 6 . 0.4: tencent/mimo-v2.5-pro; 0.25 0.3 . 0.0625: tensorx/deepseek/deepseek-v4-flash-0731; 2 4 . 0.5:
tensorx/deepseek/deepseek-v4-pro-0813; 0.5 1.5 . 0.125: tensorx/deepseek/deepseek-v4.1-flash; 0.13 0 . .:
text-embedding-3-large; 0.02 0 . .: text-embedding-3-small; 0.1 0 . .: text-embedding-ada-002; 0.3 0.5 . 0.15:
thedrummer/cydonia-24b-v4.1; 0.55 0.8 . 0.25: thedrummer/skyfall-36b-v2; 1.2 5 . 0.27: thinkingmachines/Inkling-NVFP4; 3.74 9.36
. 0.748: thinkingmachines/Inkling:peft:262144; 0.14 0.28 . 0.03: together-ai/deepseek-v4-flash
together_ai/deepseek-ai/DeepSeek-V4-Flash-0731; 1.32 3.96 . 0.13: together-ai/deepseek-v4-pro
together_ai/deepseek-ai/DeepSeek-V4-Pro-0813; 0.45 2 . .: together-ai/glm-4.7; 0.35 1.5 . 0.04:
together_ai/meta-models/Muse-Glimmer-30B; 0.058 0.144 . .: tongyi-intent-detect-v3; 0.1 0.5 . 0.025: trendyol-asure-12b; 1.32
3.96 . 0.044: umans-deepseek-v4-pro-0813; 0.799 1.207 . 0.3995: undi95/remm-slerp-l2-13b; 0.0245 0.0978 . .:
unsloth/Mistral-Nemo-Instruct-2407-TEE; 0.25 2.09 . 0.04: unsloth/Qwen3.8-27B-NVFP4; 0.272 0.272 . 0.136:
unsloth/gemma-3-12b-it; 0.2992 0.2992 . 0.1496: unsloth/gemma-3-27b-it; 0.03 0.12 . 0.006: upstage/solar-pro4:thinking; 0.18
0.72 . .: us-gov.openai.gpt-oss-120b-1:0; 0.084 0.36 . .: us-gov.openai.gpt-oss-20b-1:0; 0.33 2.75 0.33 0.0825:
us.amazon.nova-2-lite-v1:0; 0.06 0.24 0.06 0.015: us.amazon.nova-lite-v1:0; 0.035 0.14 0.035 0.00875: us.amazon.nova-micro-v1:0;
2.5 12.5 2.5 0.625: us.amazon.nova-premier-v1:0; 0.8 3.2 0.8 0.2: us.amazon.nova-pro-v1:0; 11 55 . .:
us.anthropic.claude-fable-5; 11 55 . 0.275: us.anthropic.claude-fable-5-1; 15 75 . .: us.anthropic.claude-opus-4-1-20250805-v1:0
v0-1.5-lg; 1.35 5.4 . .: us.deepseek.r1-v1:0; 0.6 6 . .: us.writer.palmyra-x5-v1:0 writer.palmyra-x5-v1:0 writer/palmyra-x5; 2.2
6.6 . 0.55: us.xai.grok-4.6 xai.grok-4.6; 0.2 0.9 . .: venice-uncensored-1-2; 5 25 . .:
vertex-anthropic/claude-opus-4-5-20251101; 5 25 . . *6: vertex-anthropic/claude-opus-4-6 vertex-anthropic/claude-opus-4-7; 2 10
. .: vertex-anthropic/claude-sonnet-5; 0.56 1.68 . .: vertex-openai/deepseek-v3.2; 0.6 2.2 . .: vertex-openai/glm-4.7
zai-org/glm-4.7-maas zai.glm-4.7; 1 3.2 . .: vertex-openai/glm-5 zai-org/glm-5-maas zai.glm-5; 1.25 2.5 . 0.2 @200000 2.5 5 .
0.4: vertex-openai/grok-4-20-non-reasoning vertex-openai/grok-4-20-reasoning x-ai/grok-4.20 x-ai/grok-4.20-multi-agent
xai.grok-4.20-non-reasoning xai.grok-4.20-reasoning xai/grok-4.20-0309-non-reasoning xai/grok-4.20-0309-reasoning
xai/grok-4.20-non-reasoning xai/grok-4.20-reasoning xai/grok-4.3; 0.22 1.8 . .: vertex-openai/qwen3-coder-480b-a35b-instruct;
0.5 3 0.083333 .: vertex/gemini-3-flash-preview; 0.25 1.5 0.083333 .: vertex/gemini-3.1-flash-lite
vertex/gemini-3.1-flash-lite@eu vertex/gemini-3.1-flash-lite@us; 2 12 0.375 . @200000 4 18 0.25 0.4:
vertex/gemini-3.1-pro-preview; 1.5 9 0.083333 .: vertex/gemini-3.5-flash vertex/gemini-3.5-flash@eu vertex/gemini-3.5-flash@us;
0.3 2.5 0.083333 .: vertex/gemini-3.5-flash-lite vertex/gemini-3.5-flash-lite@eu vertex/gemini-3.5-flash-lite@us; 0.75 3.75
0.041667 .: vertex/gemini-3.6-flash vertex/gemini-3.6-flash@eu vertex/gemini-3.6-flash@us vertex/gemini-3.7-flash
vertex/gemini-3.7-flash@eu vertex/gemini-3.7-flash@us vertex/gemini-3.8-flash vertex/gemini-3.8-flash@eu
vertex/gemini-3.8-flash@us; 0.75 3.75 . .: vertexai/gemini-3.7-flash vertexai/gemini-3.7-flash-eu; 0.12 0.29 . 0.023:
volcengine/doubao-seed-1-6; 0.03 0.22 . 0.0043: volcengine/doubao-seed-1-6-flash; 0.12 1.15 . 0.023:
volcengine/doubao-seed-1-6-vision; 0.11 0.28 0.0024 0.02: volcengine/doubao-seed-1.8; 0.67 3.36 0.0024 0.14:
volcengine/doubao-seed-2.0-code volcengine/doubao-seed-2.0-pro; 0.13 0.76 0.0024 0.03: volcengine/doubao-seed-2.0-lite; 0.06
0.56 0.0024 0.02: volcengine/doubao-seed-2.0-mini; 0.7072 3.536 0.002 0.1416: volcengine/doubao-seed-2.1-pro; 0.3536 1.7696
0.0019 0.068: volcengine/doubao-seed-2.1-turbo; 0.228 0.513 . .: voxtral-small-24b-2507; 0.123 0.368 . 0.012:
voxtral-small-2507; 3 15 15 0.75: x-ai/grok-4; 2 6 . . @128000 4 12 . .: x-ai/grok-4.2-fast x-ai/grok-4.2-fast-non-reasoning;
1.25 2.5 1.25 0.2 @200000 2.5 5 2.5 0.4: x-ai/grok-4.3; 2 6 2 0.3 @200000 4 12 4 0.6: x-ai/grok-4.5; 2 6 2 0.5 @200000 4 12 4 1:
x-ai/grok-4.6; 1 2 1 0.2 @200000 2 4 2 0.4: x-ai/grok-build-0.1; 3 15 . 0.75: xai/grok-3 xai/grok-4; 0.3 0.5 . 0.075:
xai/grok-3-mini; 2 6 . . @200000 2.5 5 . 0.4: xai/grok-4-20-beta-0309-non-reasoning xai/grok-4-20-beta-0309-reasoning; 2 6 . 0.3
@200000 4 12 . 0.6: xai/grok-4.5; 2 6 . 0.5 @200000 4 12 . 1: xai/grok-4.6; 1 2 . 0.2 @200000 2 4 . 0.4: xai/grok-build-0.1; 0.2
1.5 . .: xai/grok-code-fast-1; 0.44 2.2 . 0.088 @256000 0.88 4.4 . 0.176: xiaomi-mimo-v2.5; 1.1 3.3 . 0.22 @256000 2.2 6.6 .
0.44: xiaomi-mimo-v2.5-pro; 0.4 2 . 0.08: xiaomi/mimo-v2-omni; 1 3 . 0.2 @256000 2 6 . 0.4: xiaomi/mimo-v2-pro; 0.14 0.28 .
0.003 @256000 0.8 4 . 0.16: xiaomi/mimo-v2.5; 0.435 0.87 . 0.004 @256000 2 6 . 0.4: xiaomi/mimo-v2.5-pro; 0.435 0.87 0 0.0036:
xiaomi/mimo-v2.5-pro:thinking; 0.14 0.28 0 0.0028: xiaomi/mimo-v2.5:thinking; 0.1 0.3 . 0.3: xiaomimimo/mimo-v2-flash; 2 6 .
0.4: xiaomimimo/mimo-v2-pro; 0.522 1.044 . 0.0043: xiaomimimo/mimo-v2.5-pro; 3 18 . .: xpersona-gpt-5.5; 1.75 5.5 . 0.325:
z-ai-glm-5-3; 1.5 5 . 0.3: z-ai-glm-5v-turbo; 0.12 0.8 . 0.06: z-ai/GLM-4.5-Air:thinking; 0.3 1.3 . 0.15: z-ai/GLM-4.5:thinking;
1 3 . 0.5: z-ai/GLM-4.6-turbo z-ai/GLM-4.6-turbo:thinking; 0.2911 1.1645 . 0.0582 @32000 0.5823 2.3291 . 0.1165: z-ai/glm-4.5
z-ai/glm-4.6; 0.1165 0.2911 . 0.0233 @32000 0.1747 1.1645 . 0.0349: z-ai/glm-4.5-air; 0.6 1.8 . 0.3: z-ai/glm-4.5v:thinking;
0.35 1.4 . 0.175: z-ai/glm-4.6-original z-ai/glm-4.6:thinking; 0.1456 0.4367 . 0.0291 @32000 0.2911 0.8734 . 0.0582:
z-ai/glm-4.6v; 0.0218 0.2184 . 0.0044 @32000 0.0437 0.4367 . .: z-ai/glm-4.6v-flash; 0.6 0.9 . 0.3: z-ai/glm-4.6v-original; 0.47
2.16 0.47 0.1 @32000 0.62 2.47 0.62 0.13: z-ai/glm-4.7; 0.072 0.4 . 0.01: z-ai/glm-4.7-flashx; 0.2 0.8 . 0.1:
z-ai/glm-4.7:thinking z-ai/glm-5.3-flash-uncensored; 0.6 3 0.6 0.16 @32000 0.8 3.4 0.8 0.2: z-ai/glm-5; 0.9 3.7 0.9 0.18 @32000
1.1 4.3 1.1 0.27: z-ai/glm-5-turbo; 1 3.8 1 0.2 @32000 1.2 4.4 1.2 0.3: z-ai/glm-5.1; 0.75 2.6 . 0.15: z-ai/glm-5.1:thinking;
0.6 2 0 0.15: z-ai/glm-5.2; 0.42 1.32 . 0.078: z-ai/glm-5.2:thinking; 1.2 4.4 1.2 0.3: z-ai/glm-5.3; 0.15 0.5 0.15 0.03:
z-ai/glm-5.3-flash; 0.15 0.5 . 0.075: z-ai/glm-5.3-flash-cybersecurity; 0.37 1.25 . 0.075: z-ai/glm-5.3-flashx
zai/glm-5.3-flashx; 0.5 2.55 . 0.13: z-ai/glm-5:thinking; 0.726 3.1946 . 0.1743 @32000 1.0165 3.7754 . 0.2614:
z-ai/glm-5v-turbo; 1.4 4.4 . .: zai-glm-5-2 zai-glm-5-3 zai-org/glm-5.2-maas; 0.845 3.38 . 0.183112: zai-glm-5.1; 0.43 1.75 .
0.08: zai-org-glm-4.6; 0.55 2.65 . 0.11: zai-org-glm-4.7; 0.06 0.4 . 0.01: zai-org-glm-4.7-flash zai-org/GLM-4.7-Flash; 1.54
4.84 . 0.286: zai-org-glm-5-1; 0.4 1.75 0.8 0.2: zai-org/GLM-4.6; 0.6 2.2 . 0.12: zai-org/GLM-4.7; 0.95 3.15 . 0.2:
zai-org/GLM-5; 0.6 1.92 . 0.12: zai-org/GLM-5-FP8; 0.98 3.08 0.98 0.182: zai-org/GLM-5.1; 1.4 4.4 0 0: zai-org/GLM-5.1-FP8; 0.98
3.08 . .: zai-org/GLM-5.1-TEE; 0.71 2.35 0 0.12: zai-org/GLM-5.2; 1.2 4.2 0 0.26: zai-org/GLM-5.2-FP8; 2.1 6.6 2.1 .:
zai-org/GLM-5.2-Fast; 1.25 3.95 . .: zai-org/GLM-5.2-TEE; 2.1 6.6 . .: zai-org/GLM-5.3-Fast zai/glm-5.2-fast zai/glm-5.3-fast;
1.2 4 0 0.24: zai-org/GLM-5V-Turbo zai/glm-5-turbo; 0.13 0.85 . 0.025: zai-org/glm-4.5-air; 1 4 . 0.3: zai-org/glm-5.3; 0.07 0.4
. .: zai.glm-4.7-flash zai/glm-4.7-flash; 0.6 2.2 0 0.11: zai/glm-4.5 zai/glm-4.6 zai/glm-4.7; 0.2 1.1 0 0.03: zai/glm-4.5-air;
1.1 4.5 . 0.22: zai/glm-4.5-airx; 2.2 8.9 . 0.45: zai/glm-4.5-x; 0.6 1.8 0 0.11: zai/glm-4.5v; 0.3 0.9 . 0.05: zai/glm-4.6v;
0.04 0.4 . .: zai/glm-4.6v-flashx; 0.07 0.4 0 0.01: zai/glm-4.7-flashx; 1 3.2 0 0.2: zai/glm-5; 1.4 4.4 0 0.26: zai/glm-5.1;
0.04 0.16 . 0.016: ~deepseek/deepseek-v4-flash-latest;
"""
