"use strict";
const kx_htmx = (() => {
var htmx=(()=>{const e={parse(t){if(!t)return{};if(t.startsWith("{"))return JSON.parse(t);let r=/(?:"([^"]+)"|'([^']+)'|([^\s,:]+))(?:\s*:\s*(?:"([^"]*)"|'([^']*)'|<((?:[^/]|\/(?!>))+)\/>|([^\s,]+)))?(?=\s|,|$)/g,i={};for(let s of t.matchAll(r)){let[,t,r,n,o,a,l,h]=s,c=t??r??n,u=(o??a??l??h??"true").trim();try{u=JSON.parse(u)}catch{}let d=n?.includes("."),f=d?c.split(".").reduceRight((e,t)=>({[t]:e}),u):{[c]:u};e.merge(f,i)}return i},split:e=>e.split(/,(?![^\[]*\])(?![^(]*\))(?![^<]*\/>)(?=(?:[^"']|"[^"]*"|'[^']*')*$)/),merge(t,r){"string"==typeof t&&(t=e.parse(t));for(let[i,s]of Object.entries(t)){if(["__proto__","constructor","prototype"].includes(i))continue;let t=s?.constructor===Object,n=r[i]?.constructor===Object;t&&n?e.merge(s,r[i]):r[i]=s}return r}};class t{#e=null;#t=[];admit(e,t,r){if(!this.#e)return this.#e={strategy:e,abort:r},"run";if("replace"===e||"abort"!==e&&"abort"===this.#e.strategy)return this.#t=[],this.#e.abort?.(),this.#e={strategy:e,abort:r},"run";if("queue all"===e)this.#t.push(t);else if("queue last"===e)this.#t=[t];else{if("abort"===e||"drop"===e||0!==this.#t.length)return"dropped";this.#t.push(t)}return"queued"}continue(e){this.#e?.abort===e&&(this.#e=null,this.#t.shift()?.())}abort(){this.#e?.abort?.()}}return new class{#r=e;#i=new Map;#s="";#n=new Set;_loc=window.location;#o;#a=Function;#l=Object.getPrototypeOf(async function(){}).constructor;#h={createHTML:e=>e,createScript:e=>e};#c;#u="a,form";#d=["get","post","put","patch","delete","query"];#f;#m;#p;#g;#x;constructor(){this.#b(),this.#y(),this.#c=this.#S("[hx-action],[hx-get],[hx-post],[hx-put],[hx-patch],[hx-delete],[hx-query]"),this.#f=(new XPathEvaluator).createExpression(`.//*[@*[${this.#v("hx-on").map(e=>`starts-with(name(), "${e}")`).join(" or ")}]]`),this.#o={HCON:e,attributeValue:this.#E.bind(this),parseTriggerSpecs:this.#w.bind(this),determineMethodAndAction:this.#A.bind(this),createRequestContext:this.#T.bind(this),collectFormData:this.#C.bind(this),getAttributeObject:this.#q.bind(this),insertContent:this.#N.bind(this),morph:this.#I.bind(this),isSoftMatch:this.#M.bind(this),initSecurity:(e,t,r)=>{e&&(this.#h=e),t&&(this.#a=t),r&&(this.#l=r)},onTrigger:this.#O.bind(this),htmxProp:this.#H.bind(this),triggerHtmxEvent:this.#L.bind(this),executeJavaScript:this.#k.bind(this)};let t=()=>this.initialize();"loading"===document.readyState?document.addEventListener("DOMContentLoaded",t):setTimeout(t)}#b(){this.version="4.0.1",this.config={logAll:!1,prefix:"data-hx-",transitions:!1,history:!0,mode:"same-origin",defaultSwap:"innerHTML",defaultFocusScroll:!1,indicatorClass:"htmx-indicator",requestClass:"htmx-request",includeIndicatorCSS:!0,defaultTimeout:6e4,extensions:"",morphIgnore:["data-htmx-powered"],morphSkip:"[hx-morph-skip]",morphSkipChildren:"[hx-morph-skip-children]",morphScanLimit:10,noSwap:[204,304],implicitInheritance:!1,defaultSettleDelay:1,allowEmptySwapAfterOOB:!1};let t=document.querySelector('meta[name="htmx-config"]');t&&e.merge(t.content,this.config),this.#s=this.config.extensions}#y(){if(!1!==this.config.includeIndicatorCSS){let e=this.config.indicatorClass,t=this.config.requestClass;try{this.indicatorStyleSheet=new CSSStyleSheet,this.indicatorStyleSheet.replaceSync(`.${e}{opacity:0;visibility: hidden} .${t} .${e}, .${t}.${e}{opacity:1;visibility: visible;transition: opacity 200ms ease-in}`),document.adoptedStyleSheets.push(this.indicatorStyleSheet)}catch{}}}registerExtension(e,t){return!(this.#s&&!this.#s.split(/,\s*/).includes(e))&&(!this.#n.has(e)&&(this.#n.add(e),t.init&&t.init(this.#o),void Object.entries(t).forEach(([e,t])=>{this.#i.get(e)?.push(t)||this.#i.set(e,[t])})))}#V(e){let t=this.config.prefix;return!e.closest||null!=e.closest("[hx-ignore]")||t&&null!=e.closest(`[${t}ignore]`)}#P(e,t){let r=this.config.prefix;return e.getAttribute(t)??(r?e.getAttribute(t.replace("hx-",r)):null)}#R(e,t){let r=this.config.prefix&&t.replace("hx-",this.config.prefix);return e.hasAttribute(t)?t:r&&e.hasAttribute(r)?r:null}#S(e){return this.#v(e).join(",")}#v(e){let t=[e];return this.config.prefix&&t.push(e.replaceAll("hx-",this.config.prefix)),t}#j(e,t){let r=[...e.querySelectorAll?.(t)??[]];return e.matches?.(t)&&r.unshift(e),r}#B(e){return"before"===e?"beforebegin":"after"===e?"afterend":"prepend"===e?"afterbegin":"append"===e?"beforeend":e}#z(e,t){let r=[];return this.#E(e,t,void 0,(e,t)=>{e?.split(/\s*[,:]\s*/).includes("this")&&r.push(t)}),r}#E(e,t,r,i,s=this.config.implicitInheritance){t=this.#F(t);let n=this.#F(":inherited"),o=this.#F(":append"),a=this.#P(e,t)??this.#P(e,t+n);if(null!=a)return i?i(a,e):a;let l=CSS.escape(s?t:t+n),h=CSS.escape(t+n+o),c=this.#S(`[${l}],[${h}]`),u=this.#R(e,t+o)??this.#R(e,t+n+o);if(u){let r=e.getAttribute(u),n=e.parentNode?.closest?.(c);if(i&&i(r,e),n){let e=this.#E(n,t,void 0,i,s);return e?(e+","+r).replace(/[{}]/g,""):r}return r}let d=e.parentNode?.closest?.(c);return d?(a=this.#E(d,t,void 0,i),!i&&a&&s&&this.#$(e,"htmx:after:implicitInheritance",{elt:e,name:t,parent:d}),a):r}#w(t){return e.split(t).flatMap(t=>{t=t.replace(/^\s*every\s+(\S+?)\s*(\[[^\]]*\])/,"every$2 $1");let[,r,i]=t.match(/^\s*(\S+\[[^\]]*\]|\S+)\s*(.*?)\s*$/)??[];if(!r)return[];if(/\[[^\]]*$/.test(r))throw"unterminated:"+r;return[{name:r,...e.parse(i)}]})}#A(e,t){let r=this.#E(e,"hx-method"),i=this.#E(e,"hx-action",void 0,void 0,!1);if(!i)for(let t of this.#d){let s=this.#E(e,"hx-"+t,void 0,void 0,!1);if(null!=s){i=s,r=t;break}}return this.#D(e)&&(i||=t.submitter?.getAttribute?.("formAction")||e.getAttribute(e.matches("a")?"href":"action")),r||=t.submitter?.getAttribute?.("formmethod")||e.getAttribute("method")||"GET",{action:i,method:r.toUpperCase()}}#H(e){return e._htmx||(e._htmx={listeners:[],triggerSpecs:[]},e.setAttribute("data-htmx-powered","true")),e._htmx}#W(e){return e._htmx_state||={}}#_(e){if(this.#U(e)&&this.#L(e,"htmx:before:init",{},!0)){let t=this.#H(e);t.initialized=!0,t.eventHandler=this.#Q(e),this.#J(e),this.#L(e,"htmx:after:init",{},!0)}}#Q(e){return async t=>{try{let r=this.#T(e,t);await this.#X(r)}catch(t){this.#L(e,"htmx:error",{error:t})}}}#T(t,r){let{action:i,method:s}=this.#A(t,r),[n,o]=(i||"").split("#"),a=new AbortController,l={sourceElement:t,sourceEvent:r,status:"created",select:this.#E(t,"hx-select"),selectOOB:this.#E(t,"hx-select-oob"),target:this.#E(t,"hx-target"),swap:this.#E(t,"hx-swap")??this.config.defaultSwap,push:this.#E(t,"hx-push-url"),replace:this.#E(t,"hx-replace-url"),transition:this.config.transitions,confirm:this.#E(t,"hx-confirm"),request:{validate:"true"===this.#E(t,"hx-validate",!t.matches("form")||t.noValidate||r.submitter?.formNoValidate?"false":"true",void 0,!1),action:n,anchor:o,method:s,headers:this.#G(t),abort:a.abort.bind(a),credentials:"same-origin",signal:a.signal,mode:this.config.mode}};t._htmx?.boosted&&e.merge(t._htmx.boosted,l),l.target=this.#K(t,l.target),l.target&&(l.request.headers["HX-Target"]=this.#Y(l.target));let h=this.#E(t,"hx-config");return h&&(e.merge(h,l.request),l.request.mode=this.config.mode),l}#Y(e){return`${e.tagName.toLowerCase()}${e.id?"#"+encodeURI(e.id):""}`}#G(e){let t={"HX-Request":"true","HX-Source":this.#Y(e),"HX-Current-URL":location.href,Accept:"text/html"};return this.#D(e)&&(t["HX-Boosted"]="true"),t}#Z(e,t){return this.#q(e,"hx-headers",e=>{for(let r in e)t.request.headers[r]=String(e[r])},{ctx:t})}#K(e,t){return t instanceof Element?t:null!=t?this.#ee(e,t,"hx-target"):this.#D(e)?document.body:e}#D(e){return e?._htmx?.boosted}async#X(e){let t=e.sourceElement,r=e.sourceEvent;if(!t.isConnected)return;if(this.#te(r))return;this.#re(r)&&r.preventDefault();let i=/GET|DELETE/.test(e.request.method),s=i?t.matches("form")?t:null:t.form||t.closest("form"),n=this.#C(t,s,r.submitter,e.request.validate,i);if(!n)return;let o=this.#q(t,"hx-vals",t=>{e.vals=t;for(let e in t)n.set(e,t[e])},{ctx:e});if(o&&await o,e.values)for(let t in e.values)n.delete(t),n.append(t,e.values[t]);let a=this.#Z(t,e);if(a&&await a,Object.assign(e.request,{form:s,submitter:r.submitter,body:n}),!this.#L(t,"htmx:config:request",{ctx:e}))return;if("DIALOG"===e.request.method)return;let l=this.#ie(e.request.action);if(null!=l){let t=Object.fromEntries(e.request.body);return void await this.#k(e.sourceElement,t,l,!1)}if(i){let t=new URL(e.request.action,document.baseURI);for(let r of e.request.body.keys())t.searchParams.delete(r);for(let[r,i]of e.request.body)t.searchParams.append(r,i);t.origin===location.origin?e.request.action=t.pathname+t.search:e.request.action=t.href,e.request.body=null}else"multipart/form-data"!==(this.#E(t,"hx-encoding")??s?.enctype)&&(e.request.body=new URLSearchParams(e.request.body));await this.#se(e)}async#se(e){let t=e.sourceElement,r=this.#ne(t),i=this.#oe(t);this.#ae(t);let s=()=>e.request?.abort?.();if("run"===i.admit(r,()=>this.#se(e),s)){e.status="issuing",e.indicators??=[],e.disabledElements??=[];try{if(e.confirm){if(!await new Promise(r=>{let i={ctx:e,issueRequest:()=>r(!0),dropRequest:()=>r(!1)};if(this.#L(t,"htmx:confirm",i)){let i=this.#ie(e.confirm);r(i?this.#k(t,{ctx:e},i,!0):window.confirm(e.confirm))}}))return}if(this.#le(e),this.#he(e),this.#ce(e),e.fetch||=window.fetch.bind(window),e.request.headers["HX-Request-Type"]=e.target===document.body||e.select?"full":"partial",!this.#L(t,"htmx:before:request",{ctx:e}))return;let r=await e.fetch(e.request.action,e.request);if(e.response={raw:r,status:r.status,headers:r.headers},this.#ue(e),!this.#L(t,"htmx:before:response",{ctx:e}))return;if(e.text=await r.text(),!this.#L(t,"htmx:after:request",{ctx:e}))return;if(e.response.status>=400&&this.#L(t,"htmx:response:error",{ctx:e}),this.#de(e))return void(e.keepIndicators=!0);if("issuing"===e.status){if(e.hx.retarget&&(e.target=e.hx.retarget),e.hx.reswap&&(e.swap=e.hx.reswap),e.hx.reselect&&(e.select=e.hx.reselect),!1===e.target?.isConnected)return;e.status="response received",this.#fe(e),await this.swap(e),e.status="swapped"}}catch(r){e.status="error: "+r,"AbortError"===r?.name&&"timeout"!==e.request.signal.reason||this.#L(t,"htmx:error",{ctx:e,error:r})}finally{await(e.extensionPromise?.catch(()=>{})),clearTimeout(e.requestTimeout),e.hx?.trigger&&this.#me(e.hx.trigger,e.sourceElement),this.#L(t,"htmx:finally:request",{ctx:e}),e.keepIndicators||(this.#pe(e.indicators),this.#ge(e.disabledElements)),i.continue(s)}}}#ue(e){e.hx={};for(let[t,r]of e.response.raw.headers)t.toLowerCase().startsWith("hx-")&&(e.hx[t.slice(3).toLowerCase().replace(/-/g,"")]=r)}#de(t){if("true"===t.hx.refresh)return this._loc.reload(),!0;if(t.hx.redirect)return this._loc.href=t.hx.redirect,!0;if(t.hx.location){let r=t.hx.location,i={},s=e.parse(r);return"{"!==r[0]&&null==s.path||(i=s,r=i.path,delete i.path),null==i.push&&null==i.replace&&(i.push="true"),i.indicators=t.indicators,i.disabledElements=t.disabledElements,this.ajax("GET",r,i),!0}}#le(e){let t=null!=e.request.timeout?this.parseInterval(e.request.timeout):this.config.defaultTimeout;t&&(e.requestTimeout=setTimeout(()=>e.request?.abort?.("timeout"),t))}#ne(e){let t=this.#E(e,"hx-sync");if(!t)return"queue first";let r=t.split(":").pop().trim();return/^(drop|abort|replace|queue)/.test(r)?r:"queue first"}#oe(e){let r=this.#E(e,"hx-sync"),i=e;if(r){let t=r.includes(":")?r.slice(0,r.lastIndexOf(":")).trim():/^(drop|abort|replace|queue)/.test(r)?null:r;t&&(i=this.#ee(e,t,"hx-sync")||e)}return this.#W(i).rq||=new t}#te(e){return"click"===e.type&&(e.ctrlKey||e.metaKey||e.shiftKey)&&!!e.currentTarget?.closest?.("a[href]")}#re(e){let t=e.currentTarget;if("submit"===e.type&&"FORM"===t?.tagName)return!0;if(!("click"===e.type&&0===e.button))return!1;let r=t?.closest?.('button, input[type="submit"], input[type="image"]'),i=r?.form||r?.closest("form");if(r&&!r.disabled&&i&&("submit"===r.type||"image"===r.type||!r.type&&"BUTTON"===r.tagName))return!0;let s=t?.closest?.("a");if(!s||!s.href)return!1;let n=s.getAttribute("href");return!(n&&n.startsWith("#")&&n.length>1)}#J(e,t=e._htmx.eventHandler){let r=this.#E(e,"hx-trigger",void 0,void 0,!1)||(e.matches("form")?"submit":e.matches("input:not([type=button]):not([type=submit]),select,textarea")?"change":"click");this.#O(e,r,t)}#O(e,t,r){let i=this.#w(t);this.#H(e).triggerSpecs.push(...i);for(let t of i){t.listeners=[];let[i,s]=this.#xe(t.name),n=[e];"outside"===t.from?n=[document]:t.from&&"self"!==t.from&&(n=this.#be(e,t.from));let o=i=>{if((t.halt||t.prevent)&&i.preventDefault(),(t.halt||t.stop||t.consume)&&i.stopPropagation(),t.changed){let t=this.#W(e).changedValues??=new WeakMap,r=i.target;if(!["checkbox","radio"].includes(r?.type)){let e=r?.value;if(t.has(r)&&t.get(r)===e)return;t.set(r,e)}}if(t.once)for(let e of t.listeners)e.fromElt.removeEventListener(e.eventName,e.handler,e);r(i)},a=o;if(t.delay?a=e=>{clearTimeout(t.timeout),t.timeout=setTimeout(()=>o(e),this.parseInterval(t.delay))}:t.throttle&&(a=e=>{t.throttled?t.throttledEvent=e:(t.throttled=!0,o(e),t.throttleTimeout=setTimeout(()=>{if(t.throttled=!1,t.throttledEvent){let e=t.throttledEvent;t.throttledEvent=null,a(e)}},this.parseInterval(t.throttle)))}),t.handler=r=>{if(this.#re(r)&&r.preventDefault(),("self"!==t.from||r.target===e)&&("outside"!==t.from||!e.contains(r.target))&&(!t.target||r.target?.matches?.(t.target))){if(s){let t={};for(let e in r)/^[a-z]+$/i.test(e)&&(t[e]=r[e]);if(!this.#k(e,t,s,!0,!1))return}if("every"!==i)for(let t of this.#H(e).triggerSpecs)clearTimeout(t.timeout),t.throttledEvent=null;a(r)}},"intersect"===i||"revealed"===i){let r={rootMargin:t.rootMargin};t.root&&(r.root=this.#ee(e,t.root)),t.threshold&&(r.threshold=parseFloat(t.threshold));let s="revealed"===i;t.observer=new IntersectionObserver(e=>{for(let r=0;r<e.length;r++)if(e[r].isIntersecting){this.trigger(e[r].target,"intersect",{},!1),s&&t.observer.disconnect();break}},r),i="intersect";for(let e of n)t.observer.observe(e)}if("every"===i){let r=Object.keys(t).find(e=>"name"!==e);t.interval=setInterval(()=>{e.isConnected?this.#L(e,"every",{},!1):clearInterval(t.interval)},this.parseInterval(r))}if("load"!==i)for(let r of n){let s={fromElt:r,eventName:i,handler:t.handler,capture:!!t.capture,passive:!!t.passive};e._htmx.listeners.push(s),t.listeners.push(s),r.addEventListener(i,t.handler,s)}else t.handler(new CustomEvent("load"))}}#xe(e){let t=e.match(/^([^\[]*)\[([^\]]*)]/);return t?[t[1],t[2]]:[e,null]}#me(t,r){if("{"===t[0]){let i=e.parse(t);for(let e in i){let t=i[e],s=r;t?.target&&(s=this.find(t.target)),this.trigger(s,e,"object"==typeof t?t:{value:t})}}else t.split(",").forEach(e=>this.trigger(r,e.trim(),{}))}#ye(e){let t={},r=Object.getPrototypeOf(this);for(let i of Object.getOwnPropertyNames(r))"constructor"!==i&&"function"==typeof this[i]&&(["find","findAll"].includes(i)?t[i]=(t,r)=>void 0===r?this[i](e,t):this[i](t,r):t[i]=this[i].bind(this));return t}#k(e,t,r,i=!0,s=!0,n=!1){let o={};Object.assign(o,this.#ye(e));let a={},l={scope:a,code:r};this.#$(e,"htmx:scope",l),r=l.code,Object.assign(o,a),Object.assign(o,t);let h=Object.keys(o),c=Object.values(o),u=new(s?this.#l:this.#a)(...h,i?`return (${r})`:r);return n?()=>u.call(e,...c):u.call(e,...c)}process(e,t){if(!e?.isConnected)return;if(!(e instanceof Element)){for(let r of e.children||[])this.process(r,t);return}if(t&&this.#Se(e,!0),this.#V(e))return;if(!this.#L(e,"htmx:before:process"))return;let r=[e],i=this.#f.evaluate(e),s=null;for(;s=i.iterateNext();)r.push(s);for(let e of r)!this.#V(e)&&this.#L(e,"htmx:before:on:init",{},!0)&&this.#ve(e);for(let t of this.#j(e,this.#c))this.#_(t);for(let t of this.#j(e,this.#u))this.#Ee(t);this.#L(e,"htmx:after:process")}#Ee(e){let t=this.#E(e,"hx-boost");if(t&&"false"!==t&&this.#we(e)&&this.#L(e,"htmx:before:init",{},!0)){let r=this.#H(e);r.initialized=!0,r.eventHandler=this.#Q(e),r.boosted=t,this.#J(e),this.#L(e,"htmx:after:init",{},!0)}}#we(e){if(this.#U(e))if("A"===e.tagName){if(""===e.target||"_self"===e.target)return!e.hasAttribute("download")&&!e.getAttribute("href")?.startsWith?.("#")&&this.#Ae(e.href)}else if("FORM"===e.tagName)return"dialog"!==e.method&&this.#Ae(e.action)}#Ae(e){try{return new URL(e,window.location.href).origin===window.location.origin}catch(e){return!1}}#U(e){return!e._htmx?.initialized&&!this.#V(e)}#Se(e,t){let r=[e,...e.querySelectorAll?.("[data-htmx-powered]")??[]];for(let e of r)if(e._htmx){this.#L(e,"htmx:before:cleanup");for(let t of e._htmx.triggerSpecs||[])t.interval&&clearInterval(t.interval),t.timeout&&clearTimeout(t.timeout),t.throttleTimeout&&clearTimeout(t.throttleTimeout),t.observer?.disconnect();for(let t of e._htmx.listeners||[])t.fromElt.removeEventListener(t.eventName,t.handler,t);e.removeAttribute("data-htmx-powered"),this.#L(e,"htmx:after:cleanup"),t&&delete e._htmx}}#Te(e){let t=document.createElement("div");t.hidden=!0,document.body.insertAdjacentElement("afterend",t);let r=e.querySelectorAll?.(this.#S("[hx-preserve]"))||[];for(let e of r){let r=document.getElementById(e.id);r&&this.#Ce(t,r,null)}return t}#qe(e){for(let t of[...e.children]){let e=document.getElementById(t.id);e&&(this.#Ce(e.parentNode,t,e),this.#Se(e),e.remove())}e.remove()}#Ne(e){let t=this.#h.createHTML(e);return Document.parseHTMLUnsafe?.(t,{})||(new DOMParser).parseFromString(t,"text/html")}#Ie(e){let t=e.replace(/<hx-([a-z]+)(\s+|>)/gi,'<template hx type="$1"$2').replace(/<\/hx-[a-z]+>/gi,"</template>"),r="";t=t.replace(/<head(\s[^>]*)?>[\s\S]*?<\/head>/i,e=>(r=this.#Ne(e).title,""));let i,s,n=t.match(/<([a-z][^\/>\x20\t\r\n\f]*)/i)?.[1]?.toLowerCase();if("html"===n||"body"===n?(i=this.#Ne(t),s=document.createDocumentFragment(),s.append(i.body)):(i=this.#Ne(`<template>${t}</template>`),s=i.querySelector("template").content),!r){let e=s.querySelector("title:not(svg title)");e&&(r=e.textContent,e.remove())}return this.#Me(s),{fragment:s,title:r}}#Oe(e,t,r,i){let s=t.id?"#"+CSS.escape(t.id):null,[,n,o]=r.match(/^(\S+):(.+)/)??[];n&&([r,s]=[n,o||s]),"true"!==r&&r||(r="outerHTML");let a=this.#He(r);if(s=a.target||s,a.strip??=!a.style.startsWith("outer"),!s)return;let l=this.#be(i,s);for(let r of l){let s=document.createDocumentFragment();s.append(t.cloneNode(!0)),e.push({type:"oob",fragment:s,target:r,swapSpec:a,sourceElement:i})}t.remove()}#Le(e,t,r){let i=[];if(r)for(let s of r.split(",")){let[r,n="true"]=s.split(/:(.*)/);for(let s of e.querySelectorAll(r))this.#Oe(i,s,n,t)}for(let r of e.querySelectorAll(this.#S("[hx-swap-oob]"))){let e=this.#R(r,"hx-swap-oob"),s=r.getAttribute(e);r.removeAttribute(e),this.#Oe(i,r,s,t)}return i}#ke(e,t,r){t?t.before(...r.childNodes):e.append(...r.childNodes)}#He(t){t=t.trim();let r=this.config.defaultSwap;if(t&&!/^\S*:/.test(t)){let e=t.match(/^(\S+)\s*(.*)$/);r=e[1],t=e[2]}return{style:this.#B(r),...e.parse(t)}}#Ve(e,t){let r=[];for(let i of e.querySelectorAll("template[hx]")){let e=i.getAttribute("type");if("partial"===e){let e=this.#P(i,"hx-target")||(i.id?"#"+CSS.escape(i.id):null);if(e){this.#Me(i.content);let s=this.#He(this.#P(i,"hx-swap")||this.config.defaultSwap);s.ignoreTitle&&(t.title=null);let n=this.#be(t.sourceElement,e);for(let e of n.length?n:[null])r.push({type:"partial",fragment:i.content.cloneNode(!0),target:e,swapSpec:s,sourceElement:t.sourceElement})}}else this.#$(i,"htmx:process:"+e,{ctx:t,tasks:r});i.remove()}return r}#Pe(e,t,r,i){try{null!=r&&e.setSelectionRange&&e.setSelectionRange(r,i),e.focus(t)}catch(e){}}#Re(e){let t=this.#j(e,"[autofocus]")[0];t&&this.#Pe(t)}#je(e){return e===window||e===document?document.scrollingElement:e}#Be(e,t){if(e.scroll){let r=e.scrollTarget?this.#je(this.#ze(t,e.scrollTarget)):t;r&&("top"===e.scroll?r.scrollTop=0:"bottom"===e.scroll&&(r.scrollTop=r.scrollHeight))}if("top"===e.show||"bottom"===e.show){let r=e.showTarget?this.#je(this.#ze(t,e.showTarget)):t;r?.scrollIntoView?.("top"===e.show)}}#Fe(e){e.request?.anchor&&document.getElementById(e.request.anchor)?.scrollIntoView({block:"start",behavior:"auto"})}#Me(e){let t=this.#j(e,"script");for(let e of t){let t=document.createElement("script");for(let r of e.attributes)t.setAttribute(r.name,r.value);this.config.inlineScriptNonce&&(t.nonce=this.config.inlineScriptNonce),t.textContent=this.#h.createScript(e.textContent),e.replaceWith(t)}}initialize(){this.config.history&&!this.#g&&(this.#g=!0,window.navigation&&!/firefox/i.test(navigator.userAgent)?navigation.addEventListener("navigate",e=>{"traverse"===e.navigationType&&e.canIntercept&&!e.hashChange&&e.intercept({handler:()=>this.#$e()})}):window.addEventListener("popstate",e=>this.#$e(e.state))),this.process(document.body)}async swap(e){try{let{fragment:t,title:r}=this.#Ie(e.text);e.title=r;let i=[],s=this.#Le(t,e.sourceElement,e.selectOOB),n=this.#Ve(t,e);i.push(...s,...n);let o=n.length||s.length&&!this.config.allowEmptySwapAfterOOB,a=this.#De(e,t,o);if(a&&i.unshift(a),!this.#L(e.sourceElement,"htmx:before:swap",{ctx:e,tasks:i}))return;this.#We(e);let l=[],h=[];for(let t of i)t.swapSpec?.transition??a?.transition??e.transition?h.push(t):l.push(this.#N(t));if(h.length>0){let t=async()=>{for(let e of h)await this.#N(e,!1)};l.push(this.#_e(t,e))}await Promise.all(l),!e.sourceElement?.isConnected&&a?.target?.isConnected&&(e.sourceElement=a.target),this.#L(e.sourceElement,"htmx:after:swap",{ctx:e}),e.title&&"none"!==e.swap&&(document.title=e.title),this.#Fe(e)}finally{this.#L(e.sourceElement,"htmx:finally:swap",{ctx:e})}}#De(e,t,r){let i=this.#He(e.swap||this.config.defaultSwap);if(i.ignoreTitle&&(e.title=null),"delete"===i.style||(t.querySelector("body")||t).childElementCount>0||t.textContent.trim()||(i.swapEmpty??!r)){if(e.select){let r=t.querySelectorAll(e.select);(t=document.createDocumentFragment()).append(...r)}return this.#D(e.sourceElement)&&(i.show||="top"),{type:"main",fragment:t,target:this.#K(e.sourceElement||document.body,i.target||e.target),swapSpec:i,sourceElement:e.sourceElement,transition:e.transition&&!1!==i.transition}}}async#N(e,t=!0){let{target:r,swapSpec:i,fragment:s}=e;if("string"==typeof r&&(r=document.querySelector(r)),!r)return;"string"==typeof i&&(i=this.#He(i));let n,o=i.style;if("none"===o)return;if("BODY"===s.firstElementChild?.tagName){const e=r===document.body&&o.startsWith("outer");e&&"outerHTML"===o&&(o="outerSync"),i.strip??=!e}if(i.strip&&s.firstElementChild&&(s=document.createDocumentFragment(),s.append(...(e.fragment.firstElementChild.content||e.fragment.firstElementChild).childNodes)),this.#Ue(r,"htmx-swapping"),t&&e.swapSpec?.swap&&await this.timeout(e.swapSpec?.swap),"delete"===o)return void(r.parentNode&&(this.#Se(r),r.parentNode.removeChild(r)));let a=[],l=i.settle??this.config.defaultSettleDelay,h=r.parentNode;if("innerHTML"===o||"outerHTML"===o&&h){let e=document.activeElement;if(e?.id){let t,r;try{t=e.selectionStart,r=e.selectionEnd}catch(e){}n={elt:e,start:t,end:r}}a=t&&l?this.#Qe(s,r):[]}let c=this.#Te(s),u=[...s.childNodes];try{if("innerHTML"===o){for(const e of r.children)this.#Se(e);r.replaceChildren(...s.childNodes)}else if("textContent"===o){for(const e of r.querySelectorAll("[data-htmx-powered]"))this.#Se(e);r.textContent=s.textContent}else if("outerHTML"===o)h&&(this.#ke(h,r,s),this.#Se(r),h.removeChild(r),r=u.find(e=>1===e.nodeType)||h);else if("outerSync"===o){this.#Je(r,s.firstElementChild);for(const e of r.children)this.#Se(e);r.replaceChildren(...s.firstElementChild.childNodes),u=[r]}else if("innerMorph"===o)this.#I(r,s,!0),u=[...r.childNodes];else if("outerMorph"===o)this.#I(r,s,!1),u.push(r);else if("beforebegin"===o)h&&this.#ke(h,r,s);else if("afterbegin"===o)this.#ke(r,r.firstChild,s);else if("beforeend"===o)this.#ke(r,null,s);else if("afterend"===o)h&&this.#ke(h,r.nextSibling,s);else{let e=this.#i.get("handle_swap")||[],t=!1;for(const n of e){let e=n(o,r,s,i);if(e){t=!0,Array.isArray(e)&&(u=e);break}}if(!t)throw new Error(`Unknown swap style: ${o}`)}}finally{this.#Xe(r,"htmx-swapping")}if(e.target=r,this.#qe(c),n&&!n.elt.matches(":focus")){let e=document.getElementById(n.elt.id);if(e){let t={preventScroll:void 0!==i.focusScroll?!i.focusScroll:!this.config.defaultFocusScroll};this.#Pe(e,t,n.start,n.end)}}this.#L(r,"htmx:before:settle",{task:e,newContent:u,settleTasks:a});for(const e of u)this.#Ue(e,"htmx-added");if(t&&a.length>0){this.#Ue(r,"htmx-settling"),await this.timeout(l);for(let e of a)e();this.#Xe(r,"htmx-settling")}this.#L(r,"htmx:after:settle",{task:e,newContent:u,settleTasks:a});for(const e of u)this.#Xe(e,"htmx-added"),this.process(e),this.#Re(e);this.#Be(i,r)}#L(e,t,r={},i=!0){if(r.error){let i=`htmx: ${t}: ${r.error.message??r.error}`;r.error instanceof Error?console.error(i,r.error,{elt:e,detail:r}):console.error(i,{elt:e,detail:r})}else r.warn?console.warn(`htmx: ${t}: ${r.warn}`,{elt:e,detail:r}):this.config.logAll&&console.log(`htmx: ${t}`,{elt:e,detail:r});return e=this.#Ge(e),this.#$(e,t,r),this.trigger(e,this.#F(t),r,i)}#$(e,t,r={}){let i=this.#i.get(t.replace(/:/g,"_"));if(i){r.cancelled=!1;for(const t of i)if(!1===t(e,r)||r.cancelled)return r.cancelled=!0,!1}return!0}timeout(e){if((e=this.parseInterval(e))>0)return new Promise(t=>setTimeout(t,e))}onLoad(e){this.on(this.#F("htmx:after:process"),t=>{e(t.target)})}on(e,t,r){let i,s=document;return void 0===r?(i=e,r=t):(s=this.#Ge(e),i=t),s.addEventListener(i,r),r}find(e,t){return this.#ze(e,t)}findAll(e,t){return this.#be(e,t)}parseInterval(e){if("number"==typeof e)return e;let[,t,r]=e?.match(/^([\d.]+)(ms|s|m)?$/)||[],i=parseFloat(t)*({ms:1,s:1e3,m:6e4}[r]||1);return isNaN(i)?void 0:i}trigger(e,t,r={},i=!0){e=this.#Ge(e);let s=new CustomEvent(t,{detail:r,cancelable:!0,bubbles:i,composed:!0}),n=e?.isConnected?e:document;return!r?.cancelled&&n.dispatchEvent(s)}ajax(e,t,r){(!r||r instanceof Element||"string"==typeof r)&&(r={target:r});let i="string"==typeof r.source?document.querySelector(r.source):r.source;if("string"==typeof r.source&&!i)return Promise.reject(new Error("Source not found"));i||=document.body;let s=this.#T(i,r.event||{});return Object.assign(s,r),r.target&&(s.target=this.#K(document.body,r.target),!s.target)?Promise.reject(new Error("Target not found")):(Object.assign(s.request,{action:t,method:e.toUpperCase()}),r.headers&&Object.assign(s.request.headers,r.headers),this.#X(s))}#Ke(e){this.config.history&&(history.pushState({htmx:!0},"",e),this.#L(document,"htmx:after:history:push",{path:e}))}#Ye(e){this.config.history&&(history.replaceState({htmx:!0},"",e),this.#L(document,"htmx:after:history:replace",{path:e}))}async#$e(e,t){if(await this.timeout(1),e??=history.state,!e?.htmx)return;this.#p?.abort(),t=t||location.pathname+location.search;let r=document.querySelector(this.#S("[hx-history-elt]"))||document.body;if(this.#L(document,"htmx:before:history:restore",{path:t,cacheMiss:!0})){if("reload"!==this.config.history)return this.#p=new AbortController,this.ajax("GET",t,{target:r,swap:"outerSync",select:r!==document.body?this.#S("[hx-history-elt]"):void 0,request:{headers:{"HX-History-Restore-Request":"true"},signal:this.#p.signal}});this._loc.reload()}}#Ze(e){let{sourceElement:t,push:r,replace:i,hx:s,response:n}=e;if((s?.pushurl||s?.replaceurl)&&(r=s.pushurl,i=s.replaceurl),null==r&&null==i&&this.#D(t)&&(r="true"),"false"!==r&&!1!==r||(r=null),"false"!==i&&!1!==i||(i=null),!r&&!i)return null;let o=r||i;if("true"===o){let t=n?.raw?.url||e.request.action,r=new URL(t,location.href);o=r.pathname+r.search+(e.request.anchor?"#"+e.request.anchor:"")}return{type:r?"push":"replace",path:o}}#We(e){if(!this.config.history)return;history.state?.htmx||history.replaceState({htmx:!0},"",location.href);let t=this.#Ze(e);if(!t)return;let r={history:t,sourceElement:e.sourceElement,response:e.response};this.#L(document,"htmx:before:history:update",r)&&("push"===t.type?this.#Ke(t.path):this.#Ye(t.path),this.#L(document,"htmx:after:history:update",r))}#ve(e){if(e._htmx?.onInitialized)return;let t=this.#v("hx-on"),r=this.config.metaCharacter||":",i=t=>async r=>{try{await this.#k(e,{event:r},`with(event?.detail||{}){${t}}`,!1)}catch(t){"symbol"!=typeof t&&this.#L(e,"htmx:error",{error:t})}};for(let s of e.getAttributeNames()){let n=t.find(e=>s.startsWith(e));if(!n)continue;this.#H(e).onInitialized=!0;let o=s.substring(n.length),a=e.getAttribute(s);if(!o){for(let t of a.split(/;(?=[^;]*->)/)){let r=t.indexOf("->");-1!==r&&this.#O(e,t.substring(0,r).trim(),i(t.substring(r+2).trim()))}continue}if(o[0]!==r)continue;let l=o.substring(1);l.startsWith(r)&&(l="htmx"+r+l.substring(1)),this.#O(e,l,i(a))}}#he(e){let t,r=e.sourceElement,i=this.#E(r,"hx-indicator");if(i)t=this.#be(r,i,"hx-indicator");else{if(r===document.body)return;t=[r]}for(const r of t){e.indicators.push(r);let t=this.#W(r);t.rc=(t.rc||0)+1,this.#Ue(r,this.config.requestClass)}}#pe(e){for(let t of e){let e=this.#W(t);e.rc&&--e.rc<=0&&(this.#Xe(t,this.config.requestClass),delete e.rc)}}#ce(e){let t=e.sourceElement,r=this.#E(t,"hx-disable");if(r)for(let i of this.#be(t,r,"hx-disable")){e.disabledElements.push(i);let t=this.#W(i);t.dc=(t.dc||0)+1,i.disabled=!0}}#ge(e){for(const t of e){let e=this.#W(t);e.dc&&--e.dc<=0&&(t.disabled=!1,delete e.dc)}}#C(e,t,r,i,s){if(i&&t&&!t.reportValidity())return;r??=t&&"submit"===e.type?e:null;let n=t?new FormData(t):new FormData,o=t?new Set(t.elements):new Set;if(!t){if(i&&e.reportValidity&&!e.reportValidity())return;this.#et(e,o,n,s)}r?.name&&(n.append(r.name,r.value),o.add(r));let a=this.#E(e,"hx-include");if(a)for(let t of this.#be(e,a)){if(i&&t.reportValidity&&!t.reportValidity())return;this.#et(t,o,n)}return n}#et(e,t,r,i){let s=e.tagName,n=[];"BUTTON"===s||s.includes("-")?n=[e]:(["INPUT","SELECT","TEXTAREA","FIELDSET"].includes(s)||!i&&e!==document.body)&&(n=this.#j(e,"[name]:not(button)"));for(let e of n){let i=e.name||e.getAttribute?.("name");if(!i||e.matches(":disabled")||t.has(e))continue;t.add(e);let s=e.type;if("checkbox"===s||"radio"===s||"INPUT"!==e.tagName&&"checked"in e)e.checked&&r.append(i,e.value);else if("file"===s)for(let t of e.files)r.append(i,t);else if("select-multiple"===s)for(let t of e.selectedOptions)r.append(i,t.value);else if(Array.isArray(e.value))for(let t of e.value)r.append(i,t);else r.append(i,e.value)}}#q(t,r,i,s={}){let n=this.#E(t,r);if(!n)return null;let o=this.#ie(n);if(o)return 0!==o.indexOf("{")&&(o="{"+o+"}"),this.#k(t,s,o,!0).then(e=>{i(e)});i(e.parse(n))}#tt(e){let t=e.trim();return t.startsWith("<")&&t.endsWith("/>")?t.slice(1,-2):t}#be(t,r,i,s){let n=r??t,o=r?this.#Ge(t)||document.body:document;if(n.startsWith("global "))return this.#be(o,n.slice(7),i,!0);let a=n?e.split(n):[],l=[],h=[];for(const e of a){let t,r=this.#tt(e);if(r.startsWith("closest "))t=o.closest(r.slice(8));else if(r.startsWith("find "))t=o.querySelector(r.slice(5));else if(r.startsWith("findAll "))l.push(...o.querySelectorAll(r.slice(8)));else if("next"===r||"nextElementSibling"===r)t=o.nextElementSibling;else if(r.startsWith("next "))t=this.#rt(o,r.slice(5),!!s);else if("previous"===r||"previousElementSibling"===r)t=o.previousElementSibling;else if(r.startsWith("previous "))t=this.#it(o,r.slice(9),!!s);else if("document"===r)t=document;else if("window"===r)t=window;else if("body"===r)t=document.body;else if("host"===r)t=o.getRootNode().host;else if("this"===r){if(i){l.push(...this.#z(o,i));continue}t=o}else h.push(r);t&&l.push(t)}if(h.length>0){let e=h.join(","),t=this.#st(o,!!s);l.push(...t.querySelectorAll(e))}return[...new Set(l)]}#rt(e,t,r){return this.#nt(this.#st(e,r).querySelectorAll(t),e,Node.DOCUMENT_POSITION_PRECEDING)}#it(e,t,r){let i=[...this.#st(e,r).querySelectorAll(t)].reverse();return this.#nt(i,e,Node.DOCUMENT_POSITION_FOLLOWING)}#nt(e,t,r){for(const i of e)if(i.compareDocumentPosition(t)===r)return i}#st(e,t){return e.isConnected&&e.getRootNode?e.getRootNode?.({composed:t}):document}#ee(e,t,r){let i=this.#be(e,t,r)[0];return i||console.warn(`htmx: '${t}' on ${r} did not match any element`,{elt:e,selector:t,attr:r}),i}#ze(e,t,r){return this.#be(e,t,r)[0]}#ie(e){if(null!=e){if(e.startsWith("js:"))return e.substring(3);if(e.startsWith("javascript:"))return e.substring(11)}}#ae(e){let t=this.#H(e);if(t.abortInitialized)return;t.abortInitialized=!0;let r=()=>{this.#oe(e).abort()};e.addEventListener("htmx:abort",r),t.listeners.push({fromElt:e,eventName:"htmx:abort",handler:r})}#I(e,t,r){let{persistentIds:i,idMap:s}=this.#ot(e,t),n=document.createElement("div");n.hidden=!0,document.body.after(n);let o={target:e,idMap:s,persistentIds:i,pantry:n,futureMatches:new WeakSet};r?this.#at(o,e,t):this.#at(o,e.parentNode,t,e,e.nextSibling),this.#Se(n),n.remove()}#at(e,t,r,i=null,s=null){t instanceof HTMLTemplateElement&&r instanceof HTMLTemplateElement&&(t=t.content,r=r.content),i||=t.firstChild;let n=r.firstChild;for(;n;){let r;if(i&&i!=s&&(r=this.#lt(e,n,i,s),r&&r!==i)){let o=i;for(;o&&o!==r;){let r=o;o=o.nextSibling,r instanceof Element&&(e.idMap.has(r)||this.#ht(e,r,n))?this.#Ce(t,r,s):this.#ct(e,r)}}if(!r&&n instanceof Element&&e.persistentIds.has(n.id)){let s=CSS.escape(n.id);r=e.target.id===n.id&&e.target||e.target.querySelector(`[id="${s}"]`)||e.pantry.querySelector(`[id="${s}"]`);let o=r;for(;o=o.parentNode;){let t=e.idMap.get(o);t&&(t.delete(r.id),t.size||e.idMap.delete(o))}this.#Ce(t,r,i)}if(r){this.#ut(r,n,e),i=r.nextSibling,n=n.nextSibling;continue}let o=n.nextSibling;if(e.idMap.has(n)){let r=document.createElement(n.tagName);t.insertBefore(r,i),this.#ut(r,n,e),this.process(r),i=r.nextSibling}else t.insertBefore(n,i),i=n.nextSibling;n=o}for(;i&&i!=s;){let t=i;i=i.nextSibling,this.#ct(e,t)}}#ht(e,t,r){if(e.futureMatches.has(t))return!0;for(let i=r.nextSibling,s=0;i&&s<this.config.morphScanLimit;i=i.nextSibling,s++)if(i instanceof Element&&t.isEqualNode(i))return e.futureMatches.add(t),!0;return!1}#lt(e,t,r,i){if(3===t.nodeType)return 3===r?.nodeType?r:null;if(!(t instanceof Element))return null;let s=null,n=0,o=this.config.morphScanLimit,a=e.idMap.get(t),l=a?.size||0;if(t.id&&!a)return null;let h=r;for(;h&&h!=i;){let r=e.idMap.get(h);if(this.#o.isSoftMatch(h,t)){if(r&&a&&[...r].some(e=>a.has(e)))return h;if(!r){if(o>0&&h.isEqualNode(t))return h;s||(s=h)}}if(n+=r?.size||0,n>l)break;if(null!=document.activeElement?.selectionStart&&h.contains(document.activeElement))break;if(--o<1&&0===l)break;h=h.nextSibling}return s&&this.#ht(e,s,t)?null:s}#M(e,t){return e instanceof Element&&e.tagName===t.tagName&&(!("SCRIPT"===e.tagName&&!e.isEqualNode(t))&&(!e.id||e.id===t.id))}#ct(e,t){e.idMap.has(t)?this.#Ce(e.pantry,t,null):(this.#Se(t),t.remove())}#Ce(e,t,r){if(e.moveBefore)try{return void e.moveBefore(t,r)}catch(e){}e.insertBefore(t,r)}#ut(e,t,r){if(3===e.nodeType)return void(e.nodeValue!==t.nodeValue&&(e.nodeValue=t.nodeValue));if(this.config.morphSkip&&e.matches?.(this.config.morphSkip))return;if(!this.#$(e,"htmx:before:morph:node",{oldNode:e,newNode:t}))return;this.#Je(e,t),e instanceof HTMLTextAreaElement&&document.activeElement!==e&&e.defaultValue!=t.defaultValue&&(e.value=t.value),this.config.morphSkipChildren&&e.matches?.(this.config.morphSkipChildren)||e.isEqualNode(t)&&"TEMPLATE"!==t.tagName&&!t.querySelector?.("template")||this.#at(r,e,t)}#Je(e,t){let r=this.config.morphIgnore||[],i=!1,s=e=>this.#v("hx-").some(t=>e.startsWith(t));for(const n of t.attributes)if(!r.some(e=>n.name.startsWith(e))&&e.getAttribute(n.name)!==n.value){if(s(n.name)&&(i=!0),!this.#$(e,"htmx:before:morph:attr",{attrName:n.name,newValue:n.value}))continue;e.setAttribute(n.name,n.value),"value"===n.name&&e instanceof HTMLInputElement&&"file"!==e.type&&document.activeElement!==e&&(e.value=n.value)}for(let n=e.attributes.length-1;n>=0;n--){let o=e.attributes[n];if(o&&!t.hasAttribute(o.name)&&!r.some(e=>o.name.startsWith(e))){if(s(o.name)&&(i=!0),!this.#$(e,"htmx:before:morph:attr",{attrName:o.name,newValue:null}))continue;e.removeAttribute(o.name)}}i&&this.#Se(e,!0)}#dt(e,t,r,i){for(const s of i)if(t.has(s.id)){let t=s;for(;t&&t!==r;){let r=e.get(t);null==r&&(r=new Set,e.set(t,r)),r.add(s.id),t=t.parentElement}}}#ot(e,t){let r=this.#j(e,"[id]"),i=t.querySelectorAll("[id]"),s=this.#ft(r,i),n=new Map;return this.#dt(n,s,e.parentElement,r),this.#dt(n,s,t,i),{persistentIds:s,idMap:n}}#ft(e,t){let r=new Set,i=new Map;for(const{id:t,tagName:s}of e)i.has(t)?r.add(t):t&&i.set(t,s);let s=new Set;for(const{id:e,tagName:n}of t)s.has(e)?r.add(e):i.get(e)===n&&s.add(e);for(const e of r)s.delete(e);return s}#fe(t){let r=t.response.raw.status,i=this.config.noSwap.map(e=>e+""),s=r+"";for(let r of[s,s.slice(0,2)+"x",s[0]+"xx"]){if(i.includes(r))return void(t.swap="none");let s=this.#E(t.sourceElement,"hx-status:"+r);if(s)return void e.merge(s,t)}}#_e(e,t){return new Promise(r=>{this.#m||=[],this.#m.push({task:e,resolve:r,ctx:t}),this.#x||this.#mt()})}async#mt(){if(0===this.#m.length||this.#x)return;this.#x=!0;let{task:e,resolve:t,ctx:r}=this.#m.shift();try{if(document.startViewTransition){let t={task:e,ctx:r};this.#L(r.sourceElement,"htmx:before:viewTransition",t),await document.startViewTransition(t.task).finished,this.#L(r.sourceElement,"htmx:after:viewTransition",t)}else await e()}catch(e){}finally{this.#x=!1,t(),this.#mt()}}#Qe(e,t){let r=["class","style","width","height"],i=t.querySelectorAll("[id]"),s=Object.fromEntries([...i].map(e=>[e.id,e])),n=e.querySelectorAll("[id]"),o=[];for(let e of n){let t=s[e.id];if(t?.tagName===e.tagName){let i=e.cloneNode(!1);for(let i of r)t.hasAttribute(i)?e.setAttribute(i,t.getAttribute(i)):e.removeAttribute(i);o.push(()=>{this.#Je(e,i)})}}return o}#Ue(e,t){e?.classList?.add?.(t)}#Xe(e,t){e?.classList?.remove?.(t),0===e?.classList?.length&&e.removeAttribute("class")}#Ge(e){return"string"==typeof e?this.find(e):e}#F(e){return this.config.metaCharacter?e.replace(/:/g,this.config.metaCharacter):e}}})();"undefined"!=typeof window&&(window.htmx=htmx);
return { default: htmx };
})();
const kx_server = (() => {
const csrf = () => document.cookie.match(/(?:^|; )(?:__Host-)?keyuan_csrf=([^;]+)/)?.[1] ?? "";

const post = (url, values = {}, options = {}) =>
  fetch(url, {
    method: "POST",
    body: values instanceof FormData ? values : new URLSearchParams(values),
    headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch" },
    credentials: "same-origin",
    ...options,
  });

const prefer = (name, value) => post("/account/preferences/", { [name]: value }).catch(() => undefined);

function later(run, wait) {
  let timer;
  const late = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
  late.cancel = () => clearTimeout(timer);
  return late;
}
return { csrf, post, prefer, later };
})();
const kx_words = (() => {
const block = document.getElementById("kx-words");
const sentences = block ? JSON.parse(block.textContent) : {};

const say = (key, values = {}) =>
  (sentences[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function announce(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 30);
}

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

function showOwnKeys(root = document) {
  if (!mac) return;
  for (const one of root.querySelectorAll("[data-keys]")) one.textContent = one.dataset.keys.replace(/Mod ?/, "⌘");
}
return { say, announce, mac, showOwnKeys };
})();
const kx_drafts = (() => {
const { later } = kx_server;
const { say } = kx_words;

const user = document.documentElement.dataset.user ?? "";
const SUBMITTED = "kx:submitted";
const place = (form) => `kx:draft:${user}:${form.dataset.draft}`;
const kept = new WeakMap();

const clock = (at) => new Date(at).toTimeString().slice(0, 5);
const keep = (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type);

function values(form) {
  const found = {};
  for (const field of form.elements) {
    if (!keep(field)) continue;
    const value = ["checkbox", "radio"].includes(field.type) ? (field.checked ? field.value : null) : field.value;
    (found[field.name] ??= []).push(value);
  }
  return found;
}

const dirty = (form) => kept.has(form) && JSON.stringify(values(form)) !== kept.get(form);

function drop(form) {
  localStorage.removeItem(place(form));
  if (kept.has(form)) kept.set(form, JSON.stringify(values(form)));
}

function tell(form, text, undo) {
  const line = form.querySelector("[data-draft-state]");
  if (!line) return;
  line.textContent = text;
  if (!undo) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "lnk a", textContent: say("draft_drop") });
  button.addEventListener("click", undo);
  line.append(" ", button);
}

function save(form) {
  const now = Date.now();
  localStorage.setItem(place(form), JSON.stringify({ at: now, values: values(form) }));
  tell(form, say("draft_kept", { time: clock(now) }));
}

function fill(form, all) {
  const seen = {};
  for (const field of form.elements) {
    if (!keep(field) || !(field.name in all)) continue;
    const index = (seen[field.name] = (seen[field.name] ?? -1) + 1);
    const value = all[field.name][index];
    if (["checkbox", "radio"].includes(field.type)) field.checked = value !== null && value !== undefined;
    else if (value !== undefined && value !== null) field.value = value;
  }
}

function begin(form) {
  if (kept.has(form)) return;
  const empty = values(form);
  kept.set(form, JSON.stringify(empty));
  if ("draftFresh" in form.dataset) localStorage.removeItem(place(form));
  const draft = JSON.parse(localStorage.getItem(place(form)) ?? "null");
  if (!draft || form.querySelector("[data-focus]") || JSON.stringify(draft.values) === kept.get(form)) return;
  fill(form, draft.values);
  tell(form, say("draft_restored", { time: clock(draft.at) }), () => {
    fill(form, empty);
    drop(form);
    tell(form, "");
  });
  form.dispatchEvent(new Event("input", { bubbles: false }));
}

const saveSoon = later((form) => form.isConnected && dirty(form) && save(form), 400);
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && kept.has(form)) saveSoon(form);
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-keep-drafts]")) {
    for (const form of document.querySelectorAll("form[data-draft]")) if (dirty(form)) save(form);
  } else if (event.target.matches("[data-sign-out]")) {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`kx:draft:${user}:`)) localStorage.removeItem(key);
  } else if (event.target.matches("form[data-draft]")) {
    saveSoon.cancel();
    if (dirty(event.target)) save(event.target);
    sessionStorage.setItem(SUBMITTED, place(event.target));
  }
});
function settle() {
  const sent = sessionStorage.getItem(SUBMITTED);
  if (!sent) return;
  const standing = [...document.querySelectorAll("form[data-draft]")].some((form) => place(form) === sent);
  const refused = document.querySelector("[data-focus], .errp");
  if (!standing && !refused) localStorage.removeItem(sent);
  sessionStorage.removeItem(SUBMITTED);
}

addEventListener("beforeunload", (event) => {
  for (const form of document.querySelectorAll("form[data-draft]")) if (!form.dataset.sent && dirty(form)) save(form);
});

settle();
for (const form of document.querySelectorAll("form[data-draft]")) begin(form);
document.addEventListener("htmx:after:process", (event) => {
  for (const form of event.target.querySelectorAll?.("form[data-draft]") ?? []) begin(form);
  if (event.target.matches?.("form[data-draft]")) begin(event.target);
});
return { values, dirty, drop, save, begin, settle };
})();
const kx_guard = (() => {
const { dirty, save } = kx_drafts;
const { post } = kx_server;

const dialog = document.getElementById("guard");
const SEEN = "kx:seen";
const LOCKED = "kx:locked";
const MINUTE = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const onward = []; // what goes on once the password is given
let beat = Date.now();
let locking; // until the server knows that the screen is locked, no password is asked of it

const place = { lock: "/lock/", confirm: "/confirm/" };
const name = { lock: "password", confirm: "confirm_password" };
const now = () => Number(localStorage.getItem(SEEN)) || 0;
function ask(kind, go) {
  if (go) onward.push(go);
  if (!dialog) return location.reload();
  if (dialog.open && dialog.dataset.kind === "lock") return undefined;
  dialog.dataset.kind = kind;
  dialog.querySelector("[data-said]").hidden = true;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[type=password]").focus();
  return undefined;
}

function lock() {
  for (const form of document.querySelectorAll("form[data-draft]")) if (dirty(form)) save(form);
  localStorage.setItem(LOCKED, Date.now());
  locking = post("/lock/").catch(() => undefined);
  ask("lock");
}

function shut() {
  dialog.querySelector("form").reset();
  dialog.close();
  document.dispatchEvent(new CustomEvent("kx:unlocked"));
}

async function answer(form) {
  const { kind } = dialog.dataset;
  const given = form.querySelector("[type=password], [name=guard]").value;
  const said = dialog.querySelector("[data-said]");
  await locking;
  const reply = await post(place[kind], { [name[kind]]: given }).catch(() => null);
  if (reply?.redirected) return location.reload();
  if (reply?.status === 204) {
    localStorage.removeItem(LOCKED);
    localStorage.setItem(SEEN, Date.now());
    const held = onward.splice(0);
    shut();
    for (const go of held) go();
    return undefined;
  }
  said.hidden = false;
  said.querySelector("span").textContent = (reply?.status === 422 && (await reply.text())) || said.dataset.failed;
  form.querySelector("[name=guard]").select();
  return undefined;
}

function watch(minutes) {
  const idle = minutes * MINUTE;
  const alive = () => {
    if (Date.now() - now() > 5000 && !dialog.open) localStorage.setItem(SEEN, Date.now());
  };
  localStorage.setItem(SEEN, Date.now());
  for (const sign of SIGNS) addEventListener(sign, alive, { passive: true, capture: true });
  setInterval(() => {
    if (dialog.open) return;
    if (Date.now() - now() >= idle) return lock();
    if (now() > beat && Date.now() - beat >= MINUTE) pulse();
  }, 5000);
}
async function pulse() {
  beat = Date.now();
  const reply = await post("/lock/alive/").catch(() => null);
  if (reply?.status === 423) ask("lock");
}

if (dialog) {
  dialog.addEventListener("cancel", (event) => {
    if (dialog.dataset.kind === "lock") event.preventDefault();
  });
  dialog.addEventListener("close", () => dialog.dataset.kind === "lock" && localStorage.getItem(LOCKED) && dialog.showModal());
  dialog.querySelector("[data-close]").addEventListener("click", shut);
  dialog.querySelector("form[data-guard]").addEventListener("submit", (event) => {
    event.preventDefault();
    answer(event.target);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/lock/" || dialog.contains(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    lock();
  }, true);
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== LOCKED) return;
    if (newValue) ask("lock");
    else if (dialog.open && dialog.dataset.kind === "lock") shut();
  });
  localStorage.removeItem(LOCKED); // this page has come, so the screen is open
  const minutes = Number(dialog.dataset.idle);
  if (minutes) watch(minutes);
}
return { ask, lock };
})();
const kx_toasts = (() => {
const { post } = kx_server;
const { say } = kx_words;

const LIFE = 8000;
const TICK = 100;

const region = () => document.getElementById("toasts");

function show(kind, text) {
  const box = region();
  const toast = document.getElementById(`toast-${kind}`)?.content.firstElementChild.cloneNode(true);
  if (!box || !toast) return null;
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog ?? document.body).append(box);
  toast.querySelector("[data-text]").textContent = text;
  box.replaceChildren(toast);
  return toast;
}

function tell({ text, more = "", undo = "", act = null }) {
  const toast = show("ok", text);
  if (!toast) return;
  toast.querySelector("[data-more]").textContent = more;
  const link = toast.querySelector("[data-act]");
  if (act) [link.textContent, link.href] = act;
  else link.remove();
  const button = toast.querySelector("[data-undo]");
  if (undo) button.dataset.undo = undo;
  else button.remove();
  live(toast);
}
function inform({ sentence, address }) {
  if (document.querySelector("#toasts [role=alert]")) return; // a refusal stays until it is closed
  const toast = show("news", sentence);
  if (!toast) return;
  toast.querySelector("a").href = address;
  live(toast);
}

function refuse(text, retry) {
  const toast = show("bad", text);
  if (!toast) return;
  const button = toast.querySelector("[data-retry]");
  if (retry) button.addEventListener("click", () => (toast.remove(), retry()));
  else button.remove();
  toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());
}

function live(toast) {
  const bar = toast.querySelector("progress");
  let left = LIFE;
  let still = false;
  const pause = (on) => () => (still = on);
  toast.addEventListener("mouseenter", pause(true));
  toast.addEventListener("mouseleave", pause(false));
  toast.addEventListener("focusin", pause(true));
  toast.addEventListener("focusout", pause(false));
  const clock = setInterval(() => {
    if (!toast.isConnected) return clearInterval(clock);
    if (still) return;
    left -= TICK;
    if (bar) bar.value = (100 * left) / LIFE;
    if (left <= 0) (clearInterval(clock), toast.remove());
  }, TICK);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-toast] [data-undo]");
  if (!button) return;
  event.preventDefault();
  const toast = button.closest("[data-toast]");
  button.disabled = true;
  const answer = await post(button.dataset.undo).catch(() => null);
  const text = (await answer?.text().catch(() => "")) ?? ""; // read in any case: an answer that is not keeps its connection
  toast.remove();
  if (!answer?.ok) {
    const sentence = new DOMParser().parseFromString(text, "text/html").querySelector("[data-sentence]")?.textContent;
    return refuse(sentence ?? (text ? say("failed") : say("offline")));
  }
  const event2 = new CustomEvent("kx:undone", { cancelable: true, detail: { url: button.dataset.undo } });
  if (document.dispatchEvent(event2)) location.reload();
});

document.addEventListener("kx:toast", (event) => {
  const last = event.detail.toasts?.at(-1);
  if (last) tell(last);
});

for (const toast of document.querySelectorAll("[data-toast]")) live(toast);
return { tell, inform, refuse };
})();
const kx_swaps = (() => {
const htmx = kx_htmx.default;
const { ask } = kx_guard;
const { csrf } = kx_server;
const { refuse } = kx_toasts;
const { say } = kx_words;

htmx.on("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method !== "GET") request.headers["X-CSRFToken"] = csrf();
  if (/\bevery\b|kx:notices/.test(event.detail.ctx.sourceElement?.getAttribute?.("hx-trigger") ?? "")) request.headers["X-Keyuan-Background"] = "1";
});

const busy = (event, on) => {
  const place = event.detail.ctx?.target;
  if (place instanceof Element) on ? place.setAttribute("aria-busy", "true") : place.removeAttribute("aria-busy");
};
htmx.on("htmx:before:request", (event) => busy(event, true));
htmx.on("htmx:finally:request", (event) => busy(event, false));

const sentence = (html) =>
  new DOMParser().parseFromString(html ?? "", "text/html").querySelector("[data-sentence]")?.textContent.trim();

const placed = (ctx) =>
  ctx.hx?.reswap || ctx.hx?.retarget || ctx.sourceElement.getAttributeNames().some((name) => name.startsWith("hx-status"));
htmx.on("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (status < 400 || status === 422 || ctx.hx?.redirect || placed(ctx)) return;
  Object.assign(ctx, { swap: "none", push: null, replace: null });
  const asked = status === 423 ? "lock" : ctx.response.headers.get("X-Keyuan-Confirm") && "confirm";
  if (asked) return ask(asked, () => repeat(ctx.sourceElement, ctx.sourceEvent));
  fail(ctx, sentence(ctx.text) ?? say("failed"), status >= 500 || status === 429);
});

htmx.on("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (!ctx || error?.name === "AbortError") return;
  fail(ctx, navigator.onLine ? say(ctx.request?.signal?.aborted ? "slow" : "failed") : say("offline"), true);
});

function fail(ctx, text, again) {
  const source = ctx.sourceElement;
  const retry = again ? () => repeat(source, ctx.sourceEvent) : undefined;
  const region = source.matches("[data-region]") ? document.getElementById("region-failed") : null;
  if (!region) return refuse(text, retry);
  source.replaceChildren(region.content.cloneNode(true));
  source.querySelector("[data-text]").textContent = text;
  source.querySelector("[data-retry]").addEventListener("click", retry ?? (() => location.reload()));
}

function repeat(source, event) {
  if (!source?.isConnected) location.reload();
  else if (source.matches("form")) source.requestSubmit();
  else if (event?.type && event.type !== "load") htmx.trigger(source, event.type);
  else htmx.ajax("GET", source.getAttribute("hx-get"), { source, target: source });
}
htmx.on("htmx:after:swap", (event) => {
  const place = event.detail.ctx?.target;
  if (!["click", "submit"].includes(event.detail.ctx?.sourceEvent?.type)) return;
  if (!(place instanceof Element) || !place.isConnected) return;
  const first = place.querySelector("[data-focus]");
  if (first) return first.focus();
  if (document.activeElement && document.activeElement !== document.body) return;
  const heading = place.querySelector("[autofocus], h1, h2");
  heading?.setAttribute("tabindex", heading.getAttribute("tabindex") ?? "-1");
  heading?.focus({ preventScroll: true });
});
return {  };
})();
const kx_shell = (() => {
const htmx = kx_htmx.default;
const { prefer } = kx_server;
const { refuse, tell } = kx_toasts;
const { say } = kx_words;

const app = document.getElementById("app");
const root = document.documentElement;
document.cookie = "keyuan_script=1; path=/; samesite=lax"; // the bell is counted for pages without script
const wide = matchMedia("(min-width: 1200px)");
const phone = matchMedia("(max-width: 767px)");

function toggleSide() {
  if (!app) return;
  if (phone.matches) return openSide(!app.classList.contains("side-shown"));
  const off = app.classList.toggle("side-off");
  for (const one of document.querySelectorAll("[data-side-toggle]")) one.setAttribute("aria-expanded", String(!off));
  prefer("side_collapsed", off ? "on" : "off");
}

function openSide(open) {
  app.classList.toggle("side-shown", open);
  if (open) document.querySelector("#side a, #side button")?.focus();
  else document.querySelector("[data-side-open]")?.focus();
}

function toggleRail(key) {
  const rail = document.getElementById("rail");
  if (!rail) return;
  if (!wide.matches) {
    const shown = app.classList.toggle("rail-shown");
    if (shown) showPanel(key);
    return;
  }
  const open = app.classList.toggle("rail-open");
  prefer(rail.dataset.preference, open ? "on" : "off");
  if (open) showPanel(key);
}

function openRail(key) {
  const shown = app.classList.contains(wide.matches ? "rail-open" : "rail-shown");
  if (shown) showPanel(key);
  else toggleRail(key);
}

function showPanel(key) {
  const tabs = [...document.querySelectorAll("[data-panel]")];
  const foot = key && document.getElementById(`rail-${key}`);
  const chosen = tabs.find((one) => one.dataset.panel === key) ?? tabs.find((one) => one.classList.contains("on"));
  for (const one of tabs) {
    one.classList.toggle("on", one === chosen);
    one.setAttribute("aria-pressed", String(one === chosen));
  }
  for (const one of document.querySelectorAll("[data-clear]")) one.hidden = one.dataset.clear !== chosen?.dataset.panel;
  if (chosen) htmx.ajax("GET", chosen.dataset.url, { target: "#rail-body", swap: "innerHTML" });
  for (const one of document.querySelectorAll(".quick[data-url]")) {
    if (!one.childElementCount) htmx.ajax("GET", one.dataset.url, { target: one, swap: "innerHTML" }).then(() => one === foot && focusIn(foot));
  }
  if (foot) focusIn(foot);
}

const focusIn = (place) => place.querySelector("textarea, input, button")?.focus();
function showCounts(counts) {
  for (const one of document.querySelectorAll("[data-count]")) {
    if (!(one.dataset.count in counts)) continue;
    const number = counts[one.dataset.count];
    one.textContent = number > 99 ? "99+" : number || "";
    one.hidden = !number;
  }
}

htmx.on("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id !== "side-menu") return;
  const counts = document.getElementById("kx-counts");
  if (counts) showCounts(JSON.parse(counts.textContent));
});
document.addEventListener("kx:counts-now", (event) => showCounts(event.detail));

function choose(name, value) {
  if (name === "theme") {
    root.dataset.theme = value;
    root.dispatchEvent(new CustomEvent("kx:theme-chosen"));
  }
  if (name === "density") root.dataset.density = value;
  if (name === "shortcuts") root.dataset.shortcuts = value;
  for (const one of document.querySelectorAll(`[data-preferences] [name="${name}"]`)) {
    one.classList.toggle("on", one.value === value);
    one.setAttribute("aria-pressed", String(one.value === value));
  }
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  const form = event.target;
  if (form.matches("[data-theme-form]")) {
    event.preventDefault();
    const value = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    choose("theme", value);
    prefer("theme", value);
  } else if (form.matches("[data-preferences]") && button && button.name !== "language") {
    event.preventDefault();
    choose(button.name, button.value);
    prefer(button.name, button.value);
  }
});

const clicks = {
  "[data-side-toggle]": () => toggleSide(),
  "[data-side-open]": () => openSide(true),
  "[data-side-close]": () => openSide(false),
  "[data-rail-toggle]": () => toggleRail(),
  "[data-rail]": (one) => document.getElementById("rail") && openRail(one.dataset.rail),
  "[data-panel]": (one) => showPanel(one.dataset.panel),
  "[data-help]": () => document.getElementById("help")?.showModal(),
  "[data-back]": () => history.back(),
  "[data-copy-address]": () => copy(location.href),
  "[data-copy]": (one) => copy(one.dataset.copy),
  "dialog.dlg [data-close]": (one) => one.closest("dialog").close(),
};

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell({ text: say("copied") });
  } catch {
    refuse(text);
  }
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const [selector, act] of Object.entries(clicks)) {
    const one = event.target.closest(selector);
    if (!one) continue;
    event.preventDefault();
    return act(one);
  }
  if (app?.classList.contains("side-shown") && !event.target.closest("#side")) openSide(false);
  if (app?.classList.contains("rail-shown") && !event.target.closest("#rail")) app.classList.remove("rail-shown");
  if (event.target.matches("dialog.dlg")) event.target.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (app?.classList.contains("side-shown")) openSide(false);
  app?.classList.remove("rail-shown");
});

if (app?.classList.contains("rail-open") && wide.matches) showPanel();
requestAnimationFrame(() => {
  for (const one of document.querySelectorAll(".tabs > [aria-current], .roles > [aria-current]")) {
    const [strip, here] = [one.parentElement, one.getBoundingClientRect()];
    const within = strip.getBoundingClientRect();
    if (here.right > within.right || here.left < within.left) strip.scrollLeft += here.right - within.right + 48;
  }
});
return { toggleSide, toggleRail, showCounts };
})();
const kx_popovers = (() => {
const GAP = 4;
const EDGE = 8;
const phone = matchMedia("(max-width: 767px)");

const openOnes = () => [...document.querySelectorAll("details[data-popover][open]")];

function close(one, focus = false) {
  one.open = false;
  if (focus) one.querySelector("summary").focus();
}

function place(one) {
  const pop = one.querySelector(".pop");
  if (!pop) return;
  pop.style.cssText = "";
  if (phone.matches) return;
  const button = one.querySelector("summary").getBoundingClientRect();
  const size = pop.getBoundingClientRect();
  const wanted = pop.classList.contains("end") ? button.right - size.width : button.left;
  const below = innerHeight - button.bottom - GAP - EDGE;
  const above = button.top - GAP - EDGE;
  const up = size.height > below && above > below;
  pop.style.position = "fixed";
  pop.style.right = "auto";
  pop.style.left = `${Math.max(EDGE, Math.min(wanted, innerWidth - size.width - EDGE))}px`;
  pop.style.top = `${up ? Math.max(EDGE, button.top - GAP - size.height) : button.bottom + GAP}px`;
  pop.style.maxHeight = `${up ? above : below}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    const one = event.target;
    if (!one.matches?.("details[data-popover]") || !one.open) return;
    for (const other of openOnes()) if (other !== one && !other.contains(one)) close(other);
    place(one);
    one.querySelector(".pop > [hx-trigger='kx:open']")?.dispatchEvent(new Event("kx:open"));
    one.querySelector(".pop [autofocus]")?.focus();
  },
  true,
);

document.addEventListener("click", (event) => {
  for (const one of openOnes()) {
    const inside = one.contains(event.target);
    const chosen = inside && event.target.closest(".menu .mi");
    if (!inside || chosen || event.target === one) close(one);
  }
});

document.addEventListener("keydown", (event) => {
  const last = openOnes().at(-1);
  if (!last) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopImmediatePropagation();
    close(last, true);
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && last.querySelector(".menu")) {
    event.preventDefault();
    step(last, event.key === "ArrowDown" ? 1 : -1);
  }
}, true);

function step(one, by) {
  const items = [...one.querySelectorAll(".menu :is(a, button)")];
  const at = items.indexOf(document.activeElement);
  items[(at + by + items.length) % items.length]?.focus();
}

document.addEventListener("htmx:after:swap", () => openOnes().forEach((one) => place(one)));
addEventListener("resize", () => openOnes().forEach((one) => place(one)));
document.addEventListener("scroll", (event) => {
  if (phone.matches) return;
  for (const one of openOnes()) if (!one.contains(event.target) && event.target.contains?.(one)) close(one);
}, true);
return {  };
})();
const kx_keys = (() => {
const { toggleRail, toggleSide } = kx_shell;

const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]";
const GO = { c: "customers", d: "opportunities", l: "leads", a: "activities", r: "reports", h: "home" };
let going = 0;

const visible = (selector) => [...document.querySelectorAll(selector)].find((one) => one.offsetParent !== null);
const press = (selector) => () => visible(selector)?.click();
const typing = (event) => event.isComposing || event.keyCode === 229 || event.target.matches?.(FIELDS);

function rows(by) {
  const neighbour = visible(by > 0 ? "[data-next-record]" : "[data-previous-record]");
  if (neighbour) return neighbour.click();
  const all = [...document.querySelectorAll("[data-rows] tbody tr")];
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("cur"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  all[at]?.classList.remove("cur");
  next.classList.add("cur");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
}
function editRow() {
  const name = document.querySelector("[data-rows] tr.cur a.n");
  if (!name) return;
  const edit = Object.assign(document.createElement("a"), { href: `${name.pathname}edit/`, hidden: true });
  edit.dataset.drawer = "";
  name.after(edit);
  edit.click();
  edit.remove();
}

const plain = {
  "/": () => visible("[data-list-search], .sbox input")?.focus(),
  "?": () => document.getElementById("help")?.showModal(),
  "[": () => toggleSide(),
  "]": () => toggleRail(),
  c: press("[data-create]"),
  e: () => (visible("[data-edit]") ? press("[data-edit]")() : editRow()),
  l: () => document.dispatchEvent(new Event("kx:log-call")),
  j: () => rows(1),
  k: () => rows(-1),
  q: () => (document.getElementById("rail-quick") ? document.querySelector('[data-rail="quick"]')?.click() : press("[data-quick]")()),
};

function command(event) {
  if (event.key !== "Enter") return false;
  const form = event.target.closest?.("form");
  if (!form) return false;
  form.requestSubmit(form.querySelector("[data-save]") ?? undefined);
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    if (command(event)) event.preventDefault();
    return;
  }
  if (event.altKey || typing(event) || document.documentElement.dataset.shortcuts === "off") return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (going && Date.now() - going < 1500 && GO[key]) {
    going = 0;
    event.preventDefault();
    return document.querySelector(`[data-module="${GO[key]}"]`)?.click();
  }
  going = key === "g" ? Date.now() : 0;
  const act = event.shiftKey && key === "ArrowRight" ? press("[data-advance]") : plain[key];
  if (!act) return;
  event.preventDefault();
  act();
});
return {  };
})();
const kx_forms = (() => {
const { say } = kx_words;

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    form.dataset.sent = "true";
    form.setAttribute("aria-busy", "true");
    for (const button of form.querySelectorAll("[data-save]")) button.setAttribute("aria-disabled", "true");
  },
  true,
);

function again(root) {
  for (const form of root.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("[data-save]")) button.removeAttribute("aria-disabled");
  }
}
document.addEventListener("htmx:finally:request", () => again(document));
addEventListener("pageshow", () => again(document));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (!button) return;
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  for (const name of ["aria-label", "title"]) button.setAttribute(name, say(shown ? "hide_password" : "show_password"));
});

for (const kind of ["keydown", "keyup"]) {
  document.addEventListener(kind, (event) => {
    const hint = event.target.closest?.("[data-field]")?.querySelector("[data-caps]");
    if (hint && event.getModifierState) hint.hidden = !event.getModifierState("CapsLock");
  });
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form?.requestSubmit();
});

document.querySelector("[data-focus]")?.focus();
class CompletenessHint extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form?.addEventListener("input", () => this.tell());
    this.form?.addEventListener("change", () => this.tell());
    this.tell();
  }

  tell() {
    const boxes = [...this.form.querySelectorAll('.fgrid :is(input, select, textarea)[name]:not([type=checkbox], [type=hidden], [name^="contact-"])')];
    const names = new Map(boxes.map((box) => [box.name, box]));
    for (const one of ["tags", "parent", "former_names", "notes", "business_scope", "category"]) names.delete(one);
    const filled = [...names.values()].filter((box) => box.value.trim()).length;
    const percent = names.size ? Math.round((filled * 100) / names.size) : 100;
    this.textContent = this.dataset.text.replace("{percent}", `${percent}%`).replace("{left}", names.size - filled);
  }
}
customElements.define("completeness-hint", CompletenessHint);
return {  };
})();
const kx_composer = (() => {
const { say } = kx_words;

const words = { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const day = new Intl.DateTimeFormat(document.documentElement.lang, words);
const written = (text) => (text ? day.format(new Date(text)) : "");
const of = (form, name) => form.querySelector(`[data-of="${name}"]`);

function put(form, name, text) {
  const place = of(form, name);
  if (place) place.textContent = text;
}

function show(form) {
  const data = new FormData(form);
  put(form, "at", written(data.get("at")) || of(form, "at")?.dataset.now);
  put(form, "next_at", written(data.get("next_at")));
  put(form, "place", data.get("place") || "—");
  put(form, "result", form.querySelector('[name="result"]:checked')?.nextElementSibling.textContent ?? "—");
  put(form, "opportunity", form.querySelector('[name="opportunity"]:checked')?.nextElementSibling.textContent ?? "—");
  const people = [...form.querySelectorAll('[name="contacts"]:checked')];
  put(form, "contacts", people.map((one) => one.dataset.name).join(say("between")) || of(form, "contacts")?.dataset.none);
  const chosen = new Set(people.map((one) => one.value));
  for (const line of form.querySelectorAll("[data-prefers]")) line.hidden = !chosen.has(line.dataset.prefers);
  const step = form.querySelector("[data-next-step]");
  if (step) step.hidden = !data.get("next_day") && !data.get("next_at");
}

function begin(form) {
  if (form.dataset.begun) return;
  form.dataset.begun = "1";
  show(form);
  form.addEventListener("input", (event) => {
    if (event.target.name === "next_at" && event.target.value) for (const one of form.querySelectorAll('[name="next_day"]')) one.checked = false;
    if (event.target.name === "next_day") form.elements.next_at.value = "";
    show(form);
  });
  form.addEventListener("reset", () => setTimeout(() => show(form)));
}
let pressed = null;
const chip = (target) => document.getElementById(target.closest?.('[data-compose] label[for^="next-"]')?.htmlFor ?? "");
document.addEventListener("pointerdown", (event) => {
  const radio = chip(event.target);
  pressed = radio?.checked ? radio : null;
});
document.addEventListener("click", (event) => {
  const radio = chip(event.target);
  if (!radio || radio !== pressed) return;
  event.preventDefault();
  pressed = null;
  radio.checked = false;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("kx:log-call", () => {
  const form = document.querySelector("form[data-compose]");
  const call = form?.querySelector("[data-kind-call]");
  if (call) call.checked = true;
  form?.querySelector("textarea")?.focus();
});

const all = (root) => [...(root.matches?.("form[data-compose]") ? [root] : []), ...root.querySelectorAll("form[data-compose]")];
for (const form of all(document)) begin(form);
document.addEventListener("htmx:after:process", (event) => all(event.target).forEach(begin));
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seg]");
  if (!link) return;
  for (const one of link.parentElement.children) {
    one.classList.toggle("on", one === link);
    one.toggleAttribute("aria-current", one === link);
  }
});
return {  };
})();
const kx_deal_form = (() => {
const UNITS = { "": 1, 百: 100, 千: 1e3, k: 1e3, 万: 1e4, w: 1e4, 十万: 1e5, 百万: 1e6, m: 1e6, 千万: 1e7, 亿: 1e8, 十亿: 1e9, 百亿: 1e10, b: 1e9 };
const narrow = (text) => text.normalize("NFKC").replace(/\s+/g, "").toLowerCase();
function scaled(text, places) {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text);
  if (!match || !(match[1] || match[2]) || (match[2] ?? "").length > places) return null;
  return BigInt((match[1] || "0") + (match[2] ?? "").padEnd(places, "0"));
}
function cents(typed) {
  const match = /^([\d,.]+)(\D*)$/.exec(narrow(typed).replace(/^(cny|rmb|¥)|(元|圆|人民币)$/g, ""));
  if (!match || !(match[2] in UNITS) || !/^(\d{1,3}(,\d{3})+|\d*)(\.\d*)?$/.test(match[1])) return null;
  const number = scaled(match[1].replaceAll(",", ""), 10);
  if (number === null) return null;
  const found = number * BigInt(UNITS[match[2]]) * 100n;
  return found % 10n ** 10n ? null : found / 10n ** 10n;
}
function off(typed) {
  const text = narrow(typed) || "0";
  const paid = text.endsWith("折");
  const number = scaled(text.replace(/[%折]$/, ""), 3);
  if (number === null) return null;
  const found = paid ? 10000n - number : number / 10n;
  return found < 0n || found > 10000n ? null : found;
}

const halfUp = (number, by) => (number + by / 2n) / by;
const money = (number) => {
  const whole = (number / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `¥${whole}.${(number % 100n).toString().padStart(2, "0")}`;
};

class DealLines extends HTMLElement {
  connectedCallback() {
    if (this.rows) return;
    this.rows = this.querySelector(".lines");
    this.blank = this.querySelector("template");
    for (const one of this.querySelectorAll("[data-add-line], [data-drop-line]")) one.hidden = false;
    const spare = this.lines().filter((row) => !this.value(row, "product") && !this.value(row, "price"));
    for (const row of spare.slice(this.lines().length === spare.length ? 1 : 0)) row.remove();
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-add-line]")) this.add();
      if (event.target.closest("[data-drop-line]")) this.drop(event.target.closest(".line"));
    });
    this.addEventListener("change", (event) => this.chosen(event));
    this.form = this.closest("form");
    this.form.addEventListener("input", () => this.show());
    this.show();
  }

  lines() {
    return [...this.rows.querySelectorAll(".line:not(.head)")];
  }

  value(row, name) {
    return row.querySelector(`[name="${name}"]`)?.value.trim() ?? "";
  }

  add() {
    const row = this.blank.content.firstElementChild.cloneNode(true);
    this.rows.append(row);
    row.querySelector("[data-drop-line]").hidden = false;
    row.querySelector("record-picker input").focus();
  }

  drop(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("[data-drop-line]") ?? this.querySelector("[data-add-line]"))?.focus();
    this.show();
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  chosen(event) {
    const picker = event.target.closest?.("record-picker");
    const price = picker?.closest(".line")?.querySelector('[name="price"]');
    if (!price || !picker.hint) return;
    if (!price.value || price.value === price.dataset.preset) {
      price.value = price.dataset.preset = picker.hint.replace(/[¥,]/g, "").replace(/\.00$/, "");
    }
    this.show();
  }

  subtotal(row) {
    const price = this.value(row, "price") ? cents(this.value(row, "price")) : null;
    const quantity = scaled(narrow(this.value(row, "quantity") || "1").replaceAll(",", ""), 3);
    const less = off(this.value(row, "discount"));
    if (price === null || quantity === null || less === null) return null;
    return halfUp(price * quantity * (10000n - less), 10000000n);
  }

  show() {
    let sum = 0n;
    for (const row of this.lines()) {
      const found = this.subtotal(row);
      row.querySelector("output").textContent = found === null ? "" : money(found);
      sum += found ?? 0n;
    }
    const less = off(this.form.elements.deal_discount.value) ?? 0n;
    const reduced = cents(this.form.elements.reduction.value) ?? 0n;
    const whole = halfUp(sum * (10000n - less), 10000n);
    this.form.querySelector("[data-total]").textContent = money(whole > reduced ? whole - reduced : 0n);
  }
}
customElements.define("deal-lines", DealLines);
function echo(input) {
  const place = input.closest("form")?.querySelector(`[data-echo="${input.name}"]`);
  if (!place) return;
  const found = cents(input.value);
  place.textContent = found === null || !input.value.trim() ? "" : `= ${money(found)}`;
}
document.addEventListener("input", (event) => event.target.matches?.("[data-money]") && echo(event.target));
class DealForm extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.closest("form");
    this.known = JSON.parse(this.querySelector("#deal-known")?.textContent ?? "{}");
    const name = this.form.elements.namedItem("name");
    this.named = "kept" in this.dataset || Boolean(name?.value.trim());
    this.weighed = "kept" in this.dataset || this.probability?.value !== this.usual();
    this.form.addEventListener("input", (event) => this.heard(event));
    this.form.addEventListener("change", (event) => this.heard(event));
    this.addEventListener("htmx:after:process", () => this.propose());
    this.propose();
  }

  get probability() {
    return this.form.elements.namedItem("probability");
  }

  usual() {
    return String(this.known.stages?.[this.form.elements.namedItem("stage")?.value] ?? "");
  }

  heard(event) {
    const name = event.detail?.length ? event.detail : event.target.name;
    if (name === "name" && event.isTrusted) this.named = Boolean(event.target.value.trim());
    if (name === "probability" && event.isTrusted) this.weigh(event.target.value.trim() !== this.usual());
    if (name === "stage" && !this.weighed) (this.probability.value = this.usual());
    if (["customer", "products", "new_customer-name"].includes(name)) this.propose();
    if (name === "products") this.cost();
  }

  weigh(typed) {
    this.weighed = typed;
    const said = this.querySelector("[data-weighed]");
    if (said) said.textContent = typed ? said.dataset.typed : said.dataset.follows;
  }

  picker(name) {
    return [...this.querySelectorAll("record-picker")].find((one) => one.name === name);
  }
  propose() {
    const input = this.form.elements.namedItem("name");
    if (this.named || !input) return;
    const customer = this.picker("customer");
    const chosen = customer?.chosen?.size ? customer.hint || this.querySelector("[data-short]")?.dataset.short || [...customer.chosen.values()][0] : "";
    const short = chosen || this.form.elements.namedItem("new_customer-name")?.value || this.known.short || "";
    const products = [...(this.picker("products")?.chosen?.values() ?? [])];
    if (!short || !products.length) return;
    input.value = `${short}-${products[0]}${products.length > 1 ? this.dataset.more : ""}`.slice(0, 200);
  }
  cost() {
    const amount = this.form.elements.namedItem("amount");
    const picker = this.picker("products");
    if (!amount || !picker) return;
    let sum = 0n;
    for (const id of picker.chosen.keys()) sum += cents(picker.hints?.get(id) ?? "") ?? 0n;
    amount.placeholder = sum ? money(sum) : "";
  }
}
customElements.define("deal-form", DealForm);
return { cents, money };
})();
const kx_mention = (() => {
const { later } = kx_server;
const { announce } = kx_words;

class QuickMention extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("[role=listbox]");
    this.text = this.querySelector("textarea");
    this.who = this.querySelector("[data-who]");
    this.abouts = [...(this.closest("form")?.querySelectorAll("[data-about]") ?? [])];
    this.addEventListener("input", (event) => this.typed(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => {
      const one = event.target.closest("[role=option]");
      if (one) (event.preventDefault(), this.choose(one));
    });
    this.addEventListener("focusout", () => setTimeout(() => this.contains(document.activeElement) || this.shut(), 100));
    this.askSoon = later((q) => this.ask(q), 150);
  }
  asked(field) {
    if (field === this.who) return field.value;
    const before = field.value.slice(0, field.selectionStart);
    return /@([^\s@]{0,30})$/.exec(before)?.[1] ?? null;
  }

  typed(event) {
    if (event.isComposing) return;
    if (event.target === this.who) this.about();
    const q = this.asked(event.target);
    if (q === null) return this.shut();
    this.field = event.target;
    this.askSoon(q);
  }

  async ask(q) {
    const answer = await fetch(`${this.dataset.url}?q=${encodeURIComponent(q)}`, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer?.ok || !this.isConnected) return;
    const { found } = await answer.json();
    this.list.replaceChildren(...found.map((one) => this.option(one)));
    this.list.hidden = !found.length;
    this.mark(0);
  }

  option({ kind, id, name, told }) {
    const one = Object.assign(document.createElement("li"), { textContent: name, id: `mention-${kind}-${id}` });
    one.setAttribute("role", "option");
    Object.assign(one.dataset, { kind, id, name });
    if (told) one.append(Object.assign(document.createElement("span"), { className: "t3 fs12", textContent: ` · ${told}` }));
    return one;
  }

  mark(at) {
    const all = [...this.list.children];
    this.at = all.length ? (at + all.length) % all.length : 0;
    all.forEach((one, place) => one.setAttribute("aria-selected", place === this.at));
    if (all[this.at]) announce(all[this.at].textContent);
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    if (event.key === "Escape") (event.stopPropagation(), event.preventDefault(), this.shut());
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") (event.preventDefault(), this.mark(this.at + (event.key === "ArrowDown" ? 1 : -1)));
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") (event.preventDefault(), this.choose(this.list.children[this.at]));
  }

  choose(one) {
    if (!one) return;
    this.about(one.dataset.kind, one.dataset.id);
    this.who.value = one.dataset.name;
    if (this.field === this.text) {
      const { selectionStart: end, value } = this.text;
      const begin = value.slice(0, end).replace(/@[^\s@]{0,30}$/, "");
      this.text.value = begin + value.slice(end);
      this.text.setSelectionRange(begin.length, begin.length);
    }
    this.shut();
    this.text.focus();
    this.who.dispatchEvent(new Event("change", { bubbles: true }));
  }
  about(kind = "", id = "") {
    for (const one of this.abouts) one.value = one.name === kind ? id : "";
  }

  shut() {
    this.askSoon.cancel();
    this.list.hidden = true;
  }
}

customElements.define("quick-mention", QuickMention);
return {  };
})();
const kx_drawer = (() => {
const htmx = kx_htmx.default;
const { dirty, drop, save } = kx_drafts;

const drawer = document.getElementById("drawer");
let from = null; // the address under the drawer while it is open
let back = false; // this move through the history was ours

const form = () => drawer.querySelector("form[data-draft]");

function openDrawer(link) {
  const url = new URL(link.href, location.href);
  from = location.href;
  const wait = document.getElementById("drawer-wait").content.cloneNode(true);
  drawer.replaceChildren(wait);
  drawer.classList.toggle("narrow", link.dataset.drawer === "narrow");
  drawer.showModal();
  history.pushState({ drawer: true }, "", url);
  htmx.ajax("GET", url.pathname + url.search, { source: drawer, target: "#drawer", swap: "innerHTML" });
}

function shut() {
  from = null;
  drawer.close();
  drawer.replaceChildren();
}

function leave() {
  const typed = form();
  if (typed && dirty(typed)) return ask(typed);
  history.back();
}

function ask(typed) {
  if (drawer.querySelector(".ask")) return;
  const bar = document.getElementById("drawer-ask").content.firstElementChild.cloneNode(true);
  const answers = {
    keep: () => (save(typed), history.back()),
    drop: () => (drop(typed), typed.reset(), drop(typed), history.back()),
    stay: () => (bar.remove(), typed.querySelector("input:not([type=hidden]), textarea")?.focus()),
  };
  bar.addEventListener("click", (event) => answers[event.target.dataset.ask]?.());
  drawer.querySelector("footer")?.before(bar);
  bar.querySelector('[data-ask="keep"]').focus();
}

if (drawer) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !plain || event.defaultPrevented) return;
    event.preventDefault();
    openDrawer(link);
  });
  drawer.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) leave();
  });
  drawer.addEventListener("mousedown", (event) => {
    if (event.target === drawer && event.clientX < drawer.getBoundingClientRect().left) leave();
  });
  drawer.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  drawer.addEventListener("close", () => {
    if (from) history.back();
  });
  addEventListener("popstate", () => {
    if (!from) return;
    back = true;
    setTimeout(() => (back = false), 50);
    const typed = form();
    if (typed && dirty(typed)) save(typed);
    shut();
  });
  document.addEventListener("htmx:before:history:restore", (event) => {
    if (back) event.preventDefault();
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (!from || !ctx.hx?.redirect || !drawer.contains(ctx.sourceElement)) return;
    event.preventDefault();
    const typed = form();
    if (typed) drop(typed);
    const to = drawer.querySelector("[data-below]") ? from : ctx.hx.redirect;
    from = null;
    location.replace(to);
  });
  htmx.on("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target !== drawer) return;
    drawer.classList.toggle("narrow", !drawer.querySelector(".dr-d"));
    const first = drawer.querySelector("[data-focus], [autofocus], .dr-f input:not([type=hidden]), .dr-f select, .dr-f textarea");
    (first ?? drawer.querySelector("h2"))?.focus();
  });
}
return { openDrawer };
})();
const kx_palette = (() => {
const { later } = kx_server;
const { announce, mac, say } = kx_words;

const WAIT = 200;

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.list = this.querySelector('[role="listbox"]');
    this.start = this.querySelector("[data-start]");
    this.ask = later(() => this.search(), WAIT);
    this.input.addEventListener("input", (event) => event.isComposing || this.ask());
    this.input.addEventListener("compositionend", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousemove", (event) => this.mark(event.target.closest('[role="option"]')));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog || event.target.closest("[data-close]") || event.target.closest("a.it")) this.dialog.close();
    });
  }

  open() {
    if (this.dialog.open) return this.input.select();
    this.input.value = "";
    this.show(this.start.innerHTML);
    this.dialog.showModal();
    this.input.focus();
  }

  async search() {
    const query = this.input.value.trim();
    this.asking?.abort();
    if (!query) return this.show(this.start.innerHTML);
    this.asking = new AbortController();
    try {
      const url = `${this.dataset.url}?${new URLSearchParams({ q: query })}`;
      const headers = { "HX-Request": "true", "HX-Target": "div#palette-list" };
      const answer = await fetch(url, { headers, signal: this.asking.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show(await answer.text());
      if (!this.options.length) this.say(say("no_results", { query }));
      else announce(say("results", { count: this.options.length }));
    } catch (error) {
      if (error.name !== "AbortError") this.say(say("search_failed"));
    }
  }

  show(html) {
    this.list.innerHTML = html;
    this.options.forEach((one, index) => {
      one.id ||= `palette-${index}`;
      one.tabIndex = -1;
    });
    this.mark(this.options[0]);
  }

  say(text) {
    const line = Object.assign(document.createElement("p"), { className: "pal-none", textContent: text });
    this.list.replaceChildren(line);
    this.mark(null);
    announce(text);
  }

  get options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  mark(one) {
    if (one === undefined) one = null;
    for (const other of this.options) {
      other.classList.toggle("on", other === one);
      other.setAttribute("aria-selected", String(other === one));
    }
    if (one) this.input.setAttribute("aria-activedescendant", one.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing) return;
    const options = this.options;
    const at = options.findIndex((one) => one.classList.contains("on"));
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      const next = options[(at + move + options.length) % options.length];
      this.mark(next);
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && options[at]) {
      event.preventDefault();
      event.stopPropagation();
      if (event.ctrlKey || event.metaKey) open(options[at].href, "_blank", "noopener");
      else options[at].click();
    }
  }
}

customElements.define("command-palette", CommandPalette);

const palette = document.querySelector("command-palette");
if (palette) {
  document.addEventListener("keydown", (event) => {
    const command = mac ? event.metaKey : event.ctrlKey;
    if (!command || event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    palette.open();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    palette.open();
  });
}
return {  };
})();
const kx_selection = (() => {
const { announce, say } = kx_words;

class RowSelection extends HTMLElement {
  connectedCallback() {
    this.chosen = new Set();
    this.everything = false;
    this.total = Number(this.dataset.total ?? 0);
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("change", (event) => this.changed(event));
    this.keys = (event) => this.key(event);
    this.swapped = () => this.isConnected && this.redraw();
    document.addEventListener("keydown", this.keys);
    document.addEventListener("htmx:after:swap", this.swapped);
    for (const box of this.boxes) if (box.checked) this.chosen.add(box.value);
    this.redraw();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.keys);
    document.removeEventListener("htmx:after:swap", this.swapped);
  }

  get boxes() {
    return [...this.querySelectorAll('tbody input[type="checkbox"][name="ids"]')];
  }

  clicked(event) {
    const box = event.target.closest('tbody input[name="ids"]');
    if (box) return this.picked(box, event.shiftKey);
    if (event.target.closest("[data-select-all]")) {
      this.everything = true;
      for (const one of this.boxes) this.chosen.add(one.value);
      this.redraw(say("selected_all", { count: this.total }));
    }
    if (event.target.closest("[data-clear-selection]")) this.clear();
  }

  picked(box, range) {
    const boxes = this.boxes;
    const here = boxes.indexOf(box);
    const [low, high] = range && this.last >= 0 ? [Math.min(here, this.last), Math.max(here, this.last)] : [here, here];
    for (const one of boxes.slice(low, high + 1)) this.set(one, box.checked);
    this.last = here;
    this.redraw();
  }

  changed(event) {
    if (!event.target.matches("[data-select-page]")) return;
    for (const one of this.boxes) this.set(one, event.target.checked);
    this.redraw();
  }

  set(box, on) {
    this.everything = false;
    if (on) this.chosen.add(box.value);
    else this.chosen.delete(box.value);
  }

  clear() {
    this.everything = false;
    this.chosen.clear();
    this.redraw(say("selection_cleared"));
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (event.key === "Escape" && this.chosen.size) this.clear();
    if (event.key.toLowerCase() !== "x" || document.documentElement.dataset.shortcuts === "off") return;
    const row = this.querySelector("tbody tr.cur") ?? document.activeElement.closest?.("tbody tr") ?? this.querySelector("tbody tr:hover");
    const box = row?.querySelector('input[name="ids"]');
    if (!box) return;
    box.checked = !box.checked;
    this.picked(box, event.shiftKey);
  }

  redraw(said) {
    const boxes = this.boxes;
    for (const box of boxes) {
      box.checked = this.chosen.has(box.value);
      box.closest("tr")?.classList.toggle("sel", box.checked);
    }
    const here = boxes.filter((box) => box.checked).length;
    const page = this.querySelector("[data-select-page]");
    if (page) {
      page.checked = here > 0 && here === boxes.length;
      page.indeterminate = here > 0 && here < boxes.length;
    }
    const count = this.everything ? this.total : this.chosen.size;
    this.bar(count, said);
    this.dispatchEvent(new CustomEvent("kx:selection", { bubbles: true, detail: { ids: [...this.chosen], everything: this.everything } }));
  }

  bar(count, said) {
    const bar = this.querySelector("[data-selection-bar]");
    const pager = this.querySelector(".pager");
    const text = said ?? (count ? say("selected", { count: count.toLocaleString("en") }) : "");
    if (bar) bar.hidden = !count;
    const all = this.querySelector("[data-select-all]");
    if (all) all.hidden = this.everything || count >= this.total;
    if (pager) pager.hidden = Boolean(bar && count);
    const line = this.querySelector("[data-selection-count]");
    if (line && count) line.textContent = say(this.everything ? "selected_all" : "selected", { count: count.toLocaleString("en") });
    const scope = this.querySelector("[data-selection-scope]");
    if (scope) scope.value = this.everything ? "all" : "ids";
    const kept = this.querySelector("[data-selection-ids]");
    if (kept) kept.value = [...this.chosen].join(",");
    if (text && (said || count !== this.said)) announce(text);
    this.said = count;
  }
}

customElements.define("row-selection", RowSelection);
return {  };
})();
const kx_lists = (() => {
const STORE = "kx-list:";

class ColumnSettings extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".colist");
    this.querySelector("[data-find]")?.addEventListener("input", (event) => this.find(event.target.value));
    this.addEventListener("click", (event) => {
      const up = event.target.closest("[data-up]");
      if (up) this.lift(up);
    });
    this.addEventListener("dragstart", (event) => (this.dragged = event.target.closest("li")));
    this.addEventListener("dragover", (event) => this.over(event));
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    for (const line of this.list.children) line.hidden = !line.dataset.column.toLowerCase().includes(wanted);
  }

  lift(button) {
    const line = button.closest("li");
    const above = line.previousElementSibling;
    if (above?.draggable) above.before(line);
    button.focus();
  }

  over(event) {
    const line = event.target.closest("li[draggable]");
    if (!line || !this.dragged || line === this.dragged) return;
    event.preventDefault();
    const box = line.getBoundingClientRect();
    event.clientY < box.top + box.height / 2 ? line.before(this.dragged) : line.after(this.dragged);
  }
}
customElements.define("column-settings", ColumnSettings);

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-go]")) location.assign(event.target.value);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-bulk-tag]");
  if (!button) return;
  const form = button.parentElement.querySelector("[data-bulk-tag-form]");
  form.hidden = !form.hidden;
  form.querySelector("input")?.focus();
});
function remember(list) {
  const ids = [...list.querySelectorAll("tbody tr[data-id]")].map((row) => row.dataset.id);
  if (ids.length) sessionStorage.setItem(STORE + list.dataset.list, JSON.stringify({ ids, from: location.pathname + location.search }));
}

class RecordNeighbours extends HTMLElement {
  connectedCallback() {
    const head = this.closest("[data-record]");
    const kept = JSON.parse(sessionStorage.getItem(STORE + head?.dataset.recordList) ?? "null");
    const place = kept?.ids.indexOf(head.dataset.record) ?? -1;
    if (place < 0 || this.childElementCount) return;
    this.append(this.link(kept.ids[place - 1], this.dataset.previous, "⌃", "previous"), ` ${place + 1} / ${kept.ids.length} `, this.link(kept.ids[place + 1], this.dataset.next, "⌄", "next"));
  }

  link(id, label, sign, key) {
    const one = document.createElement(id ? "a" : "span");
    one.className = "ib sm";
    one.textContent = sign;
    one.title = label;
    one.setAttribute("aria-label", label);
    if (id) {
      one.href = location.pathname.replace(/\d+\/$/, `${id}/`);
      one.toggleAttribute(`data-${key}-record`, true);
    } else one.setAttribute("aria-disabled", "true");
    return one;
  }
}
customElements.define("record-neighbours", RecordNeighbours);

function seen() {
  const list = document.getElementById("list");
  if (list) remember(list);
}
seen();
document.addEventListener("htmx:after:swap", seen);
document.addEventListener("input", (event) => {
  if (event.isComposing && event.target.matches("[data-list-search]")) event.stopPropagation();
}, true);
document.addEventListener("compositionend", (event) => {
  if (event.target.matches("[data-list-search]")) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-sections] a[href^='#']");
  const place = tab && document.getElementById(tab.hash.slice(1));
  const part = place?.closest(".rec > section") ?? place;
  if (!part) return;
  event.preventDefault();
  for (const one of tab.parentElement.children) one.removeAttribute("aria-current");
  tab.setAttribute("aria-current", "page");
  const section = part.closest(".rec > section") ?? part;
  for (const one of section.parentElement.children) one.classList.toggle("on", one === section);
  part.scrollIntoView({ block: part === section ? "nearest" : "start" });
  part.setAttribute("tabindex", "-1");
  part.focus({ preventScroll: true });
  if (tab.dataset.lines) part.querySelector(`[data-seg="${tab.dataset.lines}"]`)?.click();
});
return { remember };
})();
const kx_filter_builder = (() => {
const { later } = kx_server;
const { say } = kx_words;

const NEEDS_NOTHING = new Set(["empty", "not-empty", "me", "my-department"]);
const MANY = new Set(["in", "not-in", "any", "all", "none", "under"]);

const make = (tag, values = {}, ...children) => {
  const one = Object.assign(document.createElement(tag), values);
  one.append(...children);
  return one;
};

const askable = new Map();
const fetched = (url) => {
  if (!askable.has(url)) askable.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer))));
  return askable.get(url);
};

class FilterBuilder extends HTMLElement {
  connectedCallback() {
    this.recount = later(() => (this.dataset.kept ? this.keep() : this.count()), 250);
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox])")) return;
      if (this.dataset.kept) event.preventDefault();
      else this.apply();
    });
    this.swapped = () => this.isConnected && !(this.rows && this.contains(this.rows)) && this.opened();
    document.addEventListener("htmx:after:swap", this.swapped);
    this.box = this.dataset.kept ? null : this.closest("details");
    this.box?.addEventListener("toggle", this.swapped);
    this.form = this.querySelector(".fb");
    this.classList.add("pop-filter");
    if (this.dataset.kept) this.closest("form").addEventListener("submit", () => this.keep(), { capture: true });
    this.opened();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.swapped);
    this.box?.removeEventListener("toggle", this.swapped);
  }

  async opened() {
    if ((this.box && !this.box.open) || this.waits) return;
    this.form.hidden = true;
    this.waits = make("p", { className: "skl" }, make("span", { className: "skel w60" }), make("span", { className: "skel w45" }));
    this.append(this.waits);
    try {
      this.build(await fetched(this.dataset.fieldsUrl));
    } catch {
      askable.delete(this.dataset.fieldsUrl);
      this.form.hidden = false;
      this.form.prepend(make("p", { className: "bad fs12", role: "alert", textContent: say("failed") }));
    }
    this.waits.remove();
    this.waits = null;
  }

  build(askable) {
    this.told = { ...askable, ...JSON.parse(document.getElementById("list-builder").textContent) };
    this.words = this.told.words;
    this.fields = new Map(this.told.fields.map((one) => [one.name, one]));
    this.parts = read(this.told.filter);
    this.rows = make("div", { className: "fb" });
    this.append(this.rows);
    if (this.dataset.kept) this.hits = make("span");
    else this.append(this.footer());
    if (!this.parts.length && !this.dataset.kept) this.parts.push(this.blank());
    this.draw();
  }

  blank() {
    return { field: this.told.fields[0].name, op: this.told.fields[0].ops[0][0] };
  }

  footer() {
    const clear = make("button", { type: "button", className: "btn btn-sm btn-ghost", textContent: this.words.clear });
    clear.addEventListener("click", () => ((this.parts = []), this.apply()));
    this.hits = make("span", { className: "t2 fs12" });
    this.hits.setAttribute("role", "status");
    const apply = make("button", { type: "button", className: "btn btn-sm btn-primary", textContent: this.words.apply });
    apply.addEventListener("click", () => this.apply());
    return make("footer", {}, clear, make("span", { className: "end row-f g8" }, this.hits, apply));
  }

  draw() {
    this.rows.replaceChildren();
    for (const text of this.told.base) {
      const locked = make("span", { className: "lockd", textContent: text });
      this.rows.append(make("div", { className: "frow base" }, this.joint(this.words.when), locked, make("span", { className: "t3 fs12", textContent: this.told.from_view })));
    }
    this.parts.forEach((part, place) => {
      const first = !place && !this.told.base.length;
      this.rows.append(this.line(part, first ? this.words.when : this.words.and, () => this.parts.splice(this.parts.indexOf(part), 1)));
    });
    const more = make("button", { type: "button", className: "lnk a", textContent: `+ ${this.words.add}` });
    more.addEventListener("click", () => (this.parts.push(this.blank()), this.draw(), this.focusLast()));
    const group = make("button", { type: "button", className: "lnk", textContent: this.words.add_group });
    group.addEventListener("click", () => (this.parts.push({ or: [this.blank(), this.blank()] }), this.draw(), this.focusLast()));
    this.rows.append(make("div", { className: "row-f mt8 g12" }, more, group));
    this.recount?.();
  }

  focusLast() {
    [...this.rows.querySelectorAll("select")].at(-2)?.focus();
  }

  joint(text) {
    return make("span", { className: "fj t3", textContent: text });
  }

  line(part, joint, drop) {
    if (part.or || part.flat) return this.group(part, joint, drop);
    if (!part.field) return this.fixed(part, joint, drop);
    return this.row(part, joint, drop);
  }

  group(part, joint, drop) {
    const box = make("div", { className: "fgrp" });
    part.or.forEach((one, place) => {
      box.append(this.row(one, place ? this.words.or : this.words.when, () => {
        part.or.splice(part.or.indexOf(one), 1);
        if (!part.or.length) drop();
      }));
    });
    const more = make("button", { type: "button", className: "lnk", textContent: `+ ${this.words.add_inside}` });
    more.addEventListener("click", () => (part.or.push(this.blank()), this.draw()));
    box.append(more);
    return make("div", { className: "frow" }, this.joint(joint), box);
  }

  fixed(part, joint, drop) {
    const text = make("span", { className: "lockd mono fs12", textContent: JSON.stringify(part) });
    return make("div", { className: "frow base" }, this.joint(joint), text, this.dropper(drop));
  }

  row(part, joint, drop) {
    const field = this.fields.get(part.field) ?? this.told.fields[0];
    const pick = this.select(this.told.fields.map((one) => [one.name, one.label]), field.name, this.words.field);
    pick.addEventListener("change", () => {
      part.field = pick.value;
      part.op = this.fields.get(part.field).ops[0][0];
      delete part.value;
      this.draw();
    });
    const op = this.select(field.ops, part.op, this.words.op);
    op.addEventListener("change", () => {
      const before = part.op;
      part.op = op.value;
      if (MANY.has(before) !== MANY.has(part.op) || NEEDS_NOTHING.has(part.op) || ["within", "between"].includes(part.op)) delete part.value;
      this.draw();
    });
    const value = NEEDS_NOTHING.has(part.op) ? "" : this.value(field, part);
    return make("div", { className: "frow" }, this.joint(joint), pick, op, value, this.dropper(drop));
  }

  dropper(drop) {
    const button = make("button", { type: "button", className: "ib xs", title: this.words.drop, textContent: "×" });
    button.setAttribute("aria-label", this.words.drop);
    button.addEventListener("click", () => (drop(), this.draw()));
    return button;
  }

  select(pairs, chosen, label) {
    const box = make("select", { className: "form-select sm fsel" });
    box.setAttribute("aria-label", label);
    for (const [value, text] of pairs) box.add(new Option(text, value, false, value === chosen));
    return box;
  }

  value(field, part) {
    if (field.kind === "relation") return this.inner(field, part);
    if (part.op === "within") return this.span(part);
    if (part.op === "between") return this.pair(field, part);
    if (field.kind === "yes_no") return this.yesNo(part);
    if (field.choices && MANY.has(part.op)) return this.boxes(field, part);
    if (field.choices && ["=", "!="].includes(part.op)) return this.one(field, part);
    return this.text(field, part);
  }

  text(field, part) {
    const box = make("input", { className: "form-control form-control-sm fv", value: [part.value ?? ""].flat().join("、") });
    box.type = ["date", "moment"].includes(field.kind) ? "date" : "text";
    box.setAttribute("aria-label", `${field.label} ${this.words.value}`);
    const echo = make("span", { className: "t3 fs12" });
    box.addEventListener("input", () => {
      const typed = box.value.trim();
      part.value = MANY.has(part.op) ? typed.split(/[,，、;；]/).map((one) => one.trim()).filter(Boolean) : typed;
      if (field.money) echo.textContent = amount(typed);
      this.recount();
    });
    return make("span", { className: "fval" }, box, echo);
  }

  one(field, part) {
    const box = this.select([["", "—"], ...field.choices], part.value ?? "", field.label);
    box.addEventListener("change", () => ((part.value = box.value), this.recount()));
    return make("span", { className: "fval" }, box);
  }

  yesNo(part) {
    const box = this.select([["true", this.words.yes], ["false", this.words.no]], String(part.value ?? true), this.words.value);
    part.value ??= true;
    box.addEventListener("change", () => ((part.value = box.value === "true"), this.recount()));
    return make("span", { className: "fval" }, box);
  }

  span(part) {
    const counted = /^(\+?)(\d+)([dwmqy])$/.exec(part.value ?? "");
    const kinds = [["-", this.words.last_days], ["+", this.words.next_days], ...this.told.spans];
    part.value ??= "30d";
    const pick = this.select(kinds, counted || part.value === "30d" ? (counted?.[1] === "+" ? "+" : "-") : part.value, this.words.value);
    const number = make("input", { type: "number", min: 1, max: 9999, className: "form-control form-control-sm fnum", value: counted?.[2] ?? 30 });
    number.setAttribute("aria-label", this.words.days);
    const put = () => {
      const days = ["-", "+"].includes(pick.value);
      number.hidden = !days;
      part.value = days ? `${pick.value === "+" ? "+" : ""}${number.value || 1}${counted?.[3] ?? "d"}` : pick.value;
      this.recount?.();
    };
    for (const box of [pick, number]) box.addEventListener("input", put);
    put();
    return make("span", { className: "fval" }, pick, number);
  }

  pair(field, part) {
    part.value = Array.isArray(part.value) ? part.value : ["", ""];
    const boxes = [0, 1].map((place) => {
      const box = make("input", { className: "form-control form-control-sm fv", value: part.value[place] ?? "" });
      box.type = ["date", "moment"].includes(field.kind) ? "date" : "text";
      box.setAttribute("aria-label", `${field.label} ${place + 1}`);
      box.addEventListener("input", () => ((part.value[place] = box.value.trim()), this.recount()));
      return box;
    });
    return make("span", { className: "fval" }, boxes[0], "–", boxes[1]);
  }

  boxes(field, part) {
    part.value = [part.value ?? []].flat();
    const names = new Map(field.choices);
    const said = () => part.value.map((one) => (names.get(one) ?? one).trim()).join("、") || this.words.choose;
    const head = make("summary", { className: "form-select sm", textContent: said() });
    const find = make("input", { type: "search", className: "form-control form-control-sm", placeholder: this.words.find });
    find.setAttribute("aria-label", this.words.find);
    const list = make("div", { className: "flist" });
    let above = "";
    for (const [value, text, tint, group] of field.choices) {
      if (group && group !== above) list.append(make("div", { className: "t3 fs12 fgl", textContent: group }));
      above = group;
      const box = make("input", { type: "checkbox", className: "form-check-input", value, checked: part.value.includes(value) });
      box.addEventListener("change", () => {
        part.value = box.checked ? [...part.value, value] : part.value.filter((one) => one !== value);
        head.textContent = said();
        this.recount();
      });
      const dot = tint ? [make("i", { className: `dot-t${tint}` })] : [];
      list.append(make("label", { className: "mi" }, box, ...dot, make("span", { className: "grow", textContent: text })));
    }
    find.addEventListener("input", () => {
      for (const line of list.children) line.hidden = !line.textContent.toLowerCase().includes(find.value.toLowerCase());
    });
    const children = field.choices.length > 8 ? [head, find, list] : [head, list];
    return make("details", { className: "fval fdrop" }, ...children);
  }

  inner(field, part) {
    const told = field.fields;
    const inside = part.value ?? { field: told[0].name, op: told[0].ops[0][0] };
    part.value = inside;
    const known = new Map(told.map((one) => [one.name, one]));
    const now = known.get(inside.field) ?? told[0];
    const pick = this.select(told.map((one) => [one.name, one.label]), now.name, this.words.field);
    pick.addEventListener("change", () => ((part.value = { field: pick.value, op: known.get(pick.value).ops[0][0] }), this.draw()));
    const op = this.select(now.ops, inside.op, this.words.op);
    op.addEventListener("change", () => ((inside.op = op.value), delete inside.value, this.draw()));
    return make("span", { className: "fval fin" }, pick, op, NEEDS_NOTHING.has(inside.op) ? "" : this.value(now, inside));
  }

  node() {
    const whole = this.parts.flatMap((part) => (part.or ? group(part.or) : full(part) ? [part] : []));
    if (!whole.length) return null;
    return whole.length === 1 ? whole[0] : { and: whole };
  }

  address(base) {
    const url = new URL(base, location.href);
    for (const box of this.form.querySelectorAll("input[type=hidden]")) url.searchParams.set(box.name, box.value);
    const node = this.node();
    if (node) url.searchParams.set("filter", JSON.stringify(node));
    else url.searchParams.delete("filter");
    url.searchParams.delete("page");
    return url;
  }

  keep() {
    if (!this.rows) return;
    const node = this.node();
    document.getElementById(this.dataset.kept).value = node ? JSON.stringify(node) : "";
  }

  apply() {
    location.assign(this.address(this.form.action));
  }

  async count() {
    this.counting?.abort();
    this.counting = new AbortController();
    try {
      const answer = await fetch(this.address(this.dataset.countUrl), { signal: this.counting.signal, headers: { "HX-Request": "true" } });
      const text = new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent;
      const number = /[\d,]+\+?/.exec(text.replace(/^[\s,，]+/, ""))?.[0];
      this.hits.textContent = answer.ok && number ? this.words.hits.replace("{n}", number) : "";
    } catch {
    }
  }
}

const full = (part) => !part.field || NEEDS_NOTHING.has(part.op) || ["some", "no"].includes(part.op) || filled(part.value);
const filled = (value) => (Array.isArray(value) ? value.length > 0 && value.every((one) => one !== "") : value !== undefined && value !== "");

function group(parts) {
  const whole = parts.filter(full);
  if (!whole.length) return [];
  return whole.length === 1 ? whole : [{ or: whole }];
}

function read(node) {
  if (!node) return [];
  const parts = node.and ?? [node];
  return parts.map((part) => (part.or && part.or.every((one) => one.field) ? { or: part.or } : part));
}

function amount(text) {
  const found = /^¥?([\d,.]+)\s*(万|亿)?$/.exec(text.replace(/\s/g, ""));
  if (!found || !found[2]) return "";
  const number = Number(found[1].replaceAll(",", "")) * (found[2] === "万" ? 1e4 : 1e8);
  return Number.isFinite(number) ? `= ¥${number.toLocaleString("en")}` : "";
}

customElements.define("filter-builder", FilterBuilder);
return {  };
})();
const kx_duplicates = (() => {
const htmx = kx_htmx.default;
const { csrf, later } = kx_server;

class DuplicateHint extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form") ?? document.getElementById(this.getAttribute("form"));
    this.fields = (this.dataset.fields ?? "").split(",").map((name) => name.trim());
    const ask = later(() => this.ask(), 400);
    const typed = (event) => !event.isComposing && this.fields.includes(event.target.name) && ask();
    this.form?.addEventListener("input", typed);
    this.form?.addEventListener("compositionend", typed);
    if (this.values()) ask();
  }

  values() {
    const found = new URLSearchParams();
    for (const name of this.fields) {
      const value = this.form?.elements.namedItem(name)?.value?.trim();
      if (value) found.append(name, value);
    }
    return String(found);
  }

  async ask() {
    const body = this.values();
    if (body === this.asked) return;
    this.asked = body;
    this.asking?.abort();
    if (!body) return this.replaceChildren();
    this.asking = new AbortController();
    const headers = { "X-CSRFToken": csrf(), "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded" };
    try {
      const answer = await fetch(this.dataset.url, { method: "POST", body, headers, signal: this.asking.signal, credentials: "same-origin" });
      if (!answer.ok) return;
      this.innerHTML = await answer.text();
      htmx.process(this);
      this.dispatchEvent(new CustomEvent("kx:duplicates", { bubbles: true }));
    } catch {
      this.asked = null; // the next key asks again
    }
  }
}

customElements.define("duplicate-hint", DuplicateHint);
return {  };
})();
const kx_region = (() => {
class RegionPicker extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.control = this.querySelector("select, input");
    this.cache = new Map();
    this.names = [];
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "form-select" });
    this.button.setAttribute("aria-haspopup", "listbox");
    this.button.setAttribute("aria-expanded", "false");
    const label = this.control.id && document.querySelector(`label[for="${CSS.escape(this.control.id)}"]`);
    if (label) {
      this.button.id = `${this.control.id}-button`;
      label.htmlFor = this.button.id;
    }
    this.panel = Object.assign(document.createElement("div"), { className: "pop casc", hidden: true });
    this.dataset.ready = "";
    this.append(this.button, this.panel);
    this.label(this.dataset.label ?? this.control.selectedOptions?.[0]?.textContent.trim() ?? "");
    this.button.addEventListener("click", () => this.toggle());
    this.panel.addEventListener("click", (event) => this.choose(event.target.closest("button")));
    this.addEventListener("keydown", (event) => this.key(event));
    this.away = (event) => this.contains(event.target) || this.close();
    document.addEventListener("click", this.away);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.away);
  }

  label(text) {
    this.button.textContent = text || this.dataset.placeholder || "";
    this.button.classList.toggle("t3", !text);
  }

  async children(code) {
    if (!this.cache.has(code)) {
      const answer = await fetch(`${this.dataset.url}?${new URLSearchParams({ under: code })}`, { credentials: "same-origin" });
      this.cache.set(code, answer.ok ? await answer.json() : []);
    }
    return this.cache.get(code);
  }

  async toggle() {
    if (!this.panel.hidden) return this.close();
    this.panel.replaceChildren();
    this.names = [];
    await this.column("", 0);
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.panel.querySelector("button")?.focus();
  }

  close(focus = false) {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (focus) this.button.focus();
  }

  async column(code, depth) {
    const rows = await this.children(code);
    const box = document.createElement("div");
    box.setAttribute("role", "listbox");
    for (const [value, name, more] of rows) {
      const row = Object.assign(document.createElement("button"), { type: "button", className: "mi", textContent: name });
      row.setAttribute("role", "option");
      Object.assign(row.dataset, { value, depth, more: more ? "1" : "" });
      box.append(row);
    }
    while (this.panel.children.length > depth) this.panel.lastElementChild.remove();
    if (rows.length) this.panel.append(box);
    return box;
  }

  async choose(row) {
    if (!row) return;
    const depth = Number(row.dataset.depth);
    for (const one of row.parentElement.children) {
      one.classList.toggle("on", one === row);
      one.setAttribute("aria-selected", String(one === row));
    }
    this.names = [...this.names.slice(0, depth), row.textContent];
    this.set(row.dataset.value, this.names.join(" / "));
    if (!row.dataset.more) return this.close(true);
    const box = await this.column(row.dataset.value, depth + 1);
    box.querySelector("button")?.focus();
  }

  set(value, text) {
    if (this.control.tagName === "SELECT" && ![...this.control.options].some((one) => one.value === value)) {
      this.control.add(new Option(text, value));
    }
    this.control.value = value;
    this.label(text);
    this.control.dispatchEvent(new Event("input", { bubbles: true }));
    this.control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  key(event) {
    const row = event.target.closest(".casc button");
    if (event.key === "Escape" && !this.panel.hidden) {
      event.preventDefault();
      event.stopPropagation();
      return this.close(true);
    }
    if (!row) return;
    const moves = {
      ArrowDown: () => row.nextElementSibling,
      ArrowUp: () => row.previousElementSibling,
      ArrowLeft: () => row.parentElement.previousElementSibling?.querySelector(".on"),
    };
    if (event.key === "ArrowRight" && row.dataset.more) {
      event.preventDefault();
      this.choose(row);
    } else if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]()?.focus();
    }
  }
}

customElements.define("region-picker", RegionPicker);
return {  };
})();
const kx_record_picker = (() => {
const { later } = kx_server;

let made = 0;

class RecordPicker extends HTMLElement {
  connectedCallback() {
    if (this.box) return;
    this.box = this.querySelector("input");
    this.name = this.box.name;
    this.many = "many" in this.dataset;
    this.chosen = new Map(JSON.parse(this.dataset.chosen || "[]").map(([id, name]) => [String(id), name]));
    this.list = Object.assign(document.createElement("div"), { className: "pop picks", hidden: true, id: `picks-${++made}` });
    this.list.setAttribute("role", "listbox");
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [key, value] of Object.entries(said)) this.box.setAttribute(key, value);
    this.box.autocomplete = "off";
    this.values = document.createElement("span");
    this.values.className = "chosen";
    this.append(this.values, this.list);
    this.dataset.ready = "";
    if (this.many) this.box.value = "";
    this.draw();
    const ask = later(() => this.ask(), 200);
    this.box.addEventListener("input", (event) => {
      if (!this.many && this.chosen.size) (this.chosen.clear(), this.draw(false), this.tell());
      if (!event.isComposing) ask();
    });
    this.box.addEventListener("compositionend", ask);
    this.box.addEventListener("focus", () => (this.many || !this.chosen.size) && this.ask());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.contains(document.activeElement) || this.close(), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    this.values.addEventListener("click", (event) => this.drop(event.target.closest("button")));
  }
  draw(text = true) {
    const inputs = [...this.chosen].map(([id, name]) => (this.many ? this.chip(id, name) : this.hidden(id)));
    this.values.replaceChildren(...inputs);
    if (!this.many && text) this.box.value = [...this.chosen.values()][0] ?? this.box.value;
    this.chosen.size && !this.many ? this.box.removeAttribute("name") : (this.box.name = this.name);
  }

  hidden(id) {
    return Object.assign(document.createElement("input"), { type: "hidden", name: this.name, value: id });
  }

  chip(id, name) {
    const chip = Object.assign(document.createElement("span"), { className: "tag", textContent: name });
    const cross = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    cross.setAttribute("aria-label", (this.dataset.remove ?? "× {name}").replace("{name}", name));
    cross.dataset.id = id;
    chip.append(cross, this.hidden(id));
    return chip;
  }

  drop(button) {
    if (!button) return;
    this.chosen.delete(button.dataset.id);
    this.draw();
    this.tell();
    this.box.focus();
  }
  async ask(take = false) {
    const q = this.box.value.trim();
    if (!take && this.taking === q && q) return;
    this.taking = take ? q : null;
    this.asking?.abort();
    this.asking = new AbortController();
    const address = `${this.dataset.url}?${new URLSearchParams({ q })}`;
    const found = await fetch(address, { credentials: "same-origin", signal: this.asking.signal })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null); // another question, or the end of this one, also while the answer comes
    if (!found || document.activeElement !== this.box) return;
    const rows = found.filter(([id]) => !this.chosen.has(String(id)));
    this.list.replaceChildren(...rows.map((row, at) => this.option(row, at)));
    if (!rows.length && q) this.list.append(this.nothing());
    this.shownFor = q;
    this.taking = null;
    if (take && this.options.length) return this.choose(this.options[0]);
    this.list.hidden = !this.list.childElementCount;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
    this.point(q ? 0 : -1);
  }

  nothing() {
    return Object.assign(document.createElement("div"), { className: "t3 p-2", textContent: this.dataset.nothing ?? "—" });
  }

  option([id, name, hint], at) {
    const row = Object.assign(document.createElement("div"), { className: "mi", id: `${this.list.id}-${at}` });
    row.setAttribute("role", "option");
    Object.assign(row.dataset, { id, name, hint: hint ?? "" });
    row.append(Object.assign(document.createElement("span"), { className: "trunc", textContent: name }));
    if (hint) row.append(Object.assign(document.createElement("span"), { className: "t3 fs12 end trunc", textContent: hint }));
    return row;
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  point(at) {
    this.at = at;
    this.options.forEach((row, place) => {
      row.classList.toggle("on", place === at);
      row.setAttribute("aria-selected", String(place === at));
    });
    const row = this.options[at];
    row ? this.box.setAttribute("aria-activedescendant", row.id) : this.box.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return this.ask();
      const many = this.options.length;
      if (many) this.point((this.at + (event.key === "ArrowDown" ? 1 : -1) + many) % many);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      const settled = open && this.shownFor === this.box.value.trim();
      if (settled && this.options[this.at]) (event.preventDefault(), this.choose(this.options[this.at]));
      else if (this.box.value.trim() && (this.many || !this.chosen.size)) (event.preventDefault(), this.ask(true));
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.many && !this.box.value && this.chosen.size) {
      this.chosen.delete([...this.chosen.keys()].at(-1));
      this.draw();
      this.tell();
    }
  }

  choose(row) {
    if (!row) return;
    if (!this.many) this.chosen.clear();
    this.chosen.set(row.dataset.id, row.dataset.name);
    this.hint = row.dataset.hint;
    (this.hints ??= new Map()).set(row.dataset.id, row.dataset.hint);
    if (this.many) this.box.value = "";
    this.draw();
    this.close();
    this.tell();
  }

  close() {
    this.asking?.abort();
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
  }

  tell() {
    for (const kind of ["input", "change"]) this.values.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail: this.name }));
  }
}

customElements.define("record-picker", RecordPicker);
return {  };
})();
const kx_live_part = (() => {
const htmx = kx_htmx.default;
const { later } = kx_server;

class LivePart extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.names = (this.dataset.fields ?? "").split(" ");
    this.asked = this.query();
    const ask = later(() => this.ask(), 250);
    const changed = (event) => !event.isComposing && !this.contains(event.target) && this.names.includes(event.detail?.length ? event.detail : event.target.name) && ask();
    this.form?.addEventListener("input", changed);
    this.form?.addEventListener("change", changed);
    if ("now" in this.dataset) this.ask(true);
  }

  query() {
    const data = new FormData(this.form);
    return new URLSearchParams(this.names.flatMap((name) => data.getAll(name).map((value) => [name, value]))).toString();
  }

  async ask(anyway = false) {
    const query = this.query();
    if (query === this.asked && !anyway) return;
    this.asked = query;
    this.asking?.abort();
    this.asking = new AbortController();
    const text = await fetch(`${this.dataset.url}${this.dataset.url.includes("?") ? "&" : "?"}${query}`, {
      headers: { "HX-Request": "true" },
      credentials: "same-origin",
      signal: this.asking.signal,
    })
      .then((answer) => (answer.ok ? answer.text() : null))
      .catch(() => null); // asked anew, also while the answer comes
    if (text === null) return;
    this.innerHTML = text;
    htmx.process(this);
  }
}

customElements.define("live-part", LivePart);
return {  };
})();
const kx_time_span = (() => {
const pad = (number) => String(number).padStart(2, "0");
const written = (at) => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;

class TimeSpan extends HTMLElement {
  connectedCallback() {
    [this.first, this.last] = ["starts_at", "ends_at"].map((name) => this.querySelector(`[name=${name}]`));
    this.whole = this.querySelector("[name=is_all_day]");
    if (!this.first || !this.last) return;
    this.clock = (this.first.value.split("T")[1] || "09:00").replace("00:00", "09:00");
    this.before = this.first.value;
    this.first.addEventListener("change", () => this.follow());
    this.whole?.addEventListener("change", () => this.draw());
    this.draw();
  }
  follow() {
    const [old, now, end] = [this.before, this.first.value, this.last.value].map((text) => text && new Date(text.length < 11 ? `${text}T00:00` : text));
    if (now && end && old) this.put(this.last, written(new Date(end.getTime() + (now - old))));
    this.before = this.first.value;
  }

  put(input, value) {
    input.value = input.type === "date" ? value.slice(0, 10) : value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  draw() {
    const whole = Boolean(this.whole?.checked);
    for (const input of [this.first, this.last]) {
      const value = input.value;
      if (whole && value.length > 10) this.dataset[input.name] = value.slice(11);
      input.type = whole ? "date" : "datetime-local";
      if (value) input.value = whole ? value.slice(0, 10) : value.length > 10 ? value : `${value}T${this.dataset[input.name] ?? this.clock}`;
    }
    this.before = this.first.value;
  }
}

customElements.define("time-span", TimeSpan);
return {  };
})();
const kx_board_drag = (() => {
const FAR = 5;
const PRESS = 350;
const EDGE = 48;
const SPEED = 14;

class Drag {
  constructor(board) {
    this.board = board;
    board.addEventListener("pointerdown", (event) => this.arm(event));
    board.addEventListener("touchmove", (event) => this.card && event.cancelable && event.preventDefault(), { passive: false });
    board.addEventListener("contextmenu", (event) => (this.card || this.armed?.touch) && event.preventDefault());
    board.addEventListener("dragstart", (event) => event.preventDefault());
    board.addEventListener("click", (event) => {
      if (!this.ended || Date.now() - this.ended > 400) return;
      this.ended = 0;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
    this.moves = (event) => this.move(event);
    this.ends = (event) => this.end(event);
    this.stops = (event) => event.key === "Escape" && this.card && (event.preventDefault(), event.stopImmediatePropagation(), this.end(null));
  }

  arm(event) {
    const card = event.target.closest("[data-card]");
    if (!card || card.matches(".fixed, [aria-busy]") || event.button !== 0 || !event.isPrimary) return;
    const touch = event.pointerType !== "mouse";
    this.armed = { card, x: event.clientX, y: event.clientY, touch };
    if (touch) this.timer = setTimeout(() => this.begin(), PRESS);
    addEventListener("pointermove", this.moves);
    addEventListener("pointerup", this.ends);
    addEventListener("pointercancel", this.ends);
    addEventListener("keydown", this.stops, true);
  }

  begin() {
    const { card, x, y } = this.armed;
    const box = card.getBoundingClientRect();
    this.card = card;
    this.off = { x: x - box.left, y: y - box.top };
    this.lifted = card.cloneNode(true);
    this.lifted.removeAttribute("data-card");
    this.lifted.removeAttribute("tabindex");
    this.lifted.setAttribute("aria-hidden", "true");
    for (const one of this.lifted.querySelectorAll("[id]")) one.removeAttribute("id");
    this.lifted.classList.add("lift");
    this.lifted.style.width = `${box.width}px`;
    document.body.append(this.lifted);
    document.documentElement.classList.add("dragging");
    this.board.lifted(card);
    this.follow(x, y);
    this.scroll();
    if (this.armed.touch) navigator.vibrate?.(10);
  }

  move(event) {
    const { x, y, touch } = this.armed;
    const far = Math.hypot(event.clientX - x, event.clientY - y) > FAR;
    if (!this.card && far && touch) return this.disarm();
    if (!this.card && far) this.begin();
    if (this.card) this.follow(event.clientX, event.clientY);
    return undefined;
  }

  follow(x, y) {
    this.at = { x, y };
    this.lifted.style.left = `${x - this.off.x}px`;
    this.lifted.style.top = `${y - this.off.y}px`;
    this.board.over(this.card, this.place(x, y));
  }

  place(x, y) {
    return document.elementFromPoint(x, y)?.closest("[data-column], [data-zone]") ?? null;
  }
  scroll() {
    if (!this.card) return;
    const { x, y } = this.at;
    const row = this.board.querySelector(".kb");
    const box = row.getBoundingClientRect();
    row.scrollLeft += (x > box.right - EDGE) * SPEED - (x < box.left + EDGE) * SPEED;
    const cards = document.elementFromPoint(x, y)?.closest("[data-column]")?.querySelector("[data-cards]");
    const edges = cards?.getBoundingClientRect();
    if (cards) cards.scrollTop += (y > edges.bottom - EDGE && y < edges.bottom) * SPEED - (y < edges.top + EDGE && y > edges.top) * SPEED;
    requestAnimationFrame(() => this.scroll());
  }

  end(event) {
    const { card } = this;
    const place = card && event?.type === "pointerup" ? this.place(event.clientX, event.clientY) : null;
    this.disarm();
    if (!card) return;
    this.lifted.remove();
    this.card = null;
    this.ended = Date.now();
    document.documentElement.classList.remove("dragging");
    this.board.dropped(card, place);
  }

  disarm() {
    clearTimeout(this.timer);
    this.armed = this.card ? this.armed : null;
    removeEventListener("pointermove", this.moves);
    removeEventListener("pointerup", this.ends);
    removeEventListener("pointercancel", this.ends);
    removeEventListener("keydown", this.stops, true);
  }
}
return { Drag };
})();
const kx_board_menu = (() => {
const GAP = 4;
const EDGE = 8;

function openMenu(button, title, items, closed) {
  document.querySelector(".k-menu")?.remove();
  const menu = Object.assign(document.createElement("div"), { className: "pop menu k-menu" });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", title);
  menu.append(Object.assign(document.createElement("p"), { className: "t3 fs12", textContent: title }));
  for (const { text, go } of items) {
    const item = Object.assign(document.createElement("button"), { type: "button", className: "mi", textContent: text });
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => (close(true), go()));
    menu.append(item);
  }
  const all = () => [...menu.querySelectorAll("button")];
  const away = (event) => menu.contains(event.target) || close(false);
  const key = (event) => {
    const at = all().indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close(true);
    else if (to !== undefined) all().at(to % all().length)?.focus();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  function close(back) {
    menu.remove();
    removeEventListener("pointerdown", away, true);
    removeEventListener("keydown", key, true);
    if (back) closed?.();
  }
  document.body.append(menu);
  const box = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(EDGE, Math.min(box.right - size.width, innerWidth - size.width - EDGE))}px`;
  const below = box.top + Math.min(box.height, 32) + GAP;
  menu.style.top = `${Math.max(EDGE, Math.min(below, innerHeight - size.height - EDGE))}px`;
  addEventListener("pointerdown", away, true);
  addEventListener("keydown", key, true);
  all()[0]?.focus();
}
return { openMenu };
})();
const kx_board_money = (() => {
const zh = document.documentElement.lang.startsWith("zh");
const UNITS = zh
  ? [[1e4, 1e4, "万", 1], [1e8, 1e8, "亿", 2]]
  : [[1e4, 1e3, "K", 1], [1e6, 1e6, "M", 1], [1e9, 1e9, "B", 1]];

const written = (number, places) => number.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

function short(cents) {
  let figure = Math.floor((cents + 50) / 100);
  let [counted, unit, places] = [1, "", 0];
  for (const [start, scale, name, digits] of UNITS) {
    if (figure * counted < start) break;
    const step = (scale * 100) / 10 ** digits;
    figure = Math.floor((cents + step / 2) / step) / 10 ** digits;
    [counted, unit, places] = [scale, name, digits];
  }
  return `¥${written(figure, places)}${unit}`;
}

const exact = (cents) => `¥${written(cents / 100, 2)}`;
const weighted = (cents, probability) => Number((BigInt(cents) * BigInt(probability) + 50n) / 100n);

const COMMITTED = 70;
function shifted(heads, card, from, to, chance, months) {
  const next = structuredClone(heads);
  const cents = Number(card.dataset.cents ?? 0);
  const before = Number(card.dataset.probability ?? 0);
  const add = (key, sign, probability) => {
    const head = next[key];
    if (!head) return;
    head.number += sign;
    if ("amount" in head) head.amount += sign * cents;
    if ("weighted" in head) head.weighted += sign * weighted(cents, probability);
    if ("committed" in head && probability >= COMMITTED) head.committed += sign * cents;
  };
  add(from, -1, before);
  add("total", -1, before);
  if (to) (add(to, 1, chance), add("total", 1, chance));
  if (months && "month" in next.total) next.total.month += cents * ((to === months) - (from === months));
  return next;
}
return { short, exact, weighted, shifted };
})();
const kx_steps = (() => {
const htmx = kx_htmx.default;
const { ask } = kx_guard;
const { csrf, post } = kx_server;
const { refuse, tell } = kx_toasts;
const { say } = kx_words;

const sentence = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-sentence]")?.textContent.trim();
async function send(url, values) {
  const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "fetch", "HX-Request": "true" };
  const answer = await post(url, values, { headers }).catch(() => null);
  if (!answer) return { sentence: navigator.onLine ? say("failed") : say("offline") };
  if (answer.status === 423) return new Promise((go) => ask("lock", () => go(send(url, values))));
  if (answer.status === 401) return location.reload(), new Promise(() => undefined);
  if ((answer.headers.get("Content-Type") ?? "").includes("json")) {
    const told = await answer.json();
    return answer.ok ? { told } : told;
  }
  const text = await answer.text();
  return answer.status === 422 ? { asked: text } : { sentence: sentence(text) ?? say("failed") };
}
function question(html) {
  const dialog = document.createElement("dialog");
  dialog.className = "dlg ask-dlg";
  dialog.setAttribute("aria-labelledby", "ask-title");
  const from = document.activeElement;
  const fill = (text) => {
    dialog.innerHTML = text;
    htmx.process(dialog);
    (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
  };
  return new Promise((resolve) => {
    const end = (result) => {
      dialog.close();
      dialog.remove();
      if (from?.isConnected) from.focus({ preventScroll: true });
      resolve(result);
    };
    dialog.addEventListener("cancel", (event) => (event.preventDefault(), end(null)));
    dialog.addEventListener("click", (event) => {
      if (!event.target.closest("[data-cancel]")) return;
      event.preventDefault();
      end(null);
    });
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const form = event.target;
      const button = form.querySelector("[data-save]");
      if (button.disabled) return;
      button.disabled = true;
      const result = await send(form.getAttribute("action"), new FormData(form));
      if (result.asked) fill(result.asked);
      else end(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    fill(html);
  });
}
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-step]") || event.defaultPrevented || form.closest("dialog.ask-dlg, .ask-page")) return;
  event.preventDefault();
  let result = await send(form.getAttribute("action"), new FormData(form, event.submitter));
  if (result.asked) result = await question(result.asked);
  if (!result) return;
  if (result.sentence) return refuse(result.sentence);
  if (form.dispatchEvent(new CustomEvent("kx:stepped", { bubbles: true, cancelable: true, detail: result.told }))) {
    sessionStorage.setItem("kx:told", JSON.stringify(result.told.toast));
    location.reload();
  }
});

const waiting = sessionStorage.getItem("kx:told");
if (waiting) {
  sessionStorage.removeItem("kx:told");
  tell(JSON.parse(waiting));
}
return { send, question };
})();
const kx_board = (() => {
const htmx = kx_htmx.default;
const { Drag } = kx_board_drag;
const { openMenu } = kx_board_menu;
const { exact, shifted, short } = kx_board_money;
const { openDrawer } = kx_drawer;
const { prefer } = kx_server;
const { question, send } = kx_steps;
const { tell } = kx_toasts;
const { announce } = kx_words;

const AHEAD = 400; // further cards are fetched so many pixels before they are seen
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

class CardBoard extends HTMLElement {
  connectedCallback() {
    if (this.drag) return;
    this.drag = new Drag(this);
    this.queue = Promise.resolve();
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusin", (event) => this.rove(event.target.closest("[data-card]")));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-menu]");
      if (button) this.menu(button.closest("[data-card]"), button);
    });
    this.addEventListener("scroll", () => this.look(), true);
    this.swapped = (event) => event.detail.ctx?.target?.contains?.(this) && this.fresh();
    this.undone = (event) => {
      if (!this.isConnected || !new RegExp(`^/\\w+/\\d+/(${this.dataset.undone})/`).test(event.detail.url)) return;
      event.preventDefault();
      this.refresh();
    };
    document.addEventListener("htmx:after:swap", this.swapped);
    document.addEventListener("kx:undone", this.undone);
    this.fresh();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.swapped);
    document.removeEventListener("kx:undone", this.undone);
    this.drag = null;
  }
  fresh() {
    const { heads, places, words } = JSON.parse(document.getElementById("board-data").textContent);
    Object.assign(this, { heads, places, words });
    this.ready();
  }

  refresh() {
    htmx.ajax("GET", this.dataset.at, { source: this, target: "#board", swap: "outerMorph" });
  }
  ready() {
    for (const card of this.querySelectorAll("[data-card]:not([tabindex])")) {
      card.tabIndex = -1;
      card.setAttribute("aria-describedby", "board-keys");
      for (const one of card.querySelectorAll("a, button")) one.tabIndex = -1;
    }
    if (!this.querySelector('[data-card][tabindex="0"]')) this.rove(this.querySelector("[data-card]"));
    requestAnimationFrame(() => this.look());
  }

  rove(card) {
    if (!card || card.tabIndex === 0) return;
    for (const one of this.querySelectorAll('[data-card][tabindex="0"]')) one.tabIndex = -1;
    card.tabIndex = 0;
  }

  columns() {
    return [...this.querySelectorAll("[data-column]")];
  }

  column(key) {
    return this.querySelector(`[data-column="${CSS.escape(key)}"]`);
  }

  card(id) {
    return this.querySelector(`[data-card="${CSS.escape(id)}"]`);
  }

  nameOf(card) {
    return card.querySelector(".nm").textContent;
  }

  async look() {
    for (const more of this.querySelectorAll("[data-more]:not([aria-busy])")) {
      const box = more.getBoundingClientRect();
      const edge = more.parentElement.getBoundingClientRect();
      if (box.top < Math.min(edge.bottom, innerHeight) + AHEAD && box.left < innerWidth && box.right > 0) this.more(more);
    }
  }

  async more(more) {
    more.setAttribute("aria-busy", "true");
    const answer = await fetch(more.dataset.more, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const found = document.createRange().createContextualFragment(await answer.text());
    for (const card of found.querySelectorAll("[data-card]")) if (this.card(card.dataset.card)) card.remove();
    more.replaceWith(found);
    this.ready();
  }

  lifted(card) {
    card.classList.add("from");
    this.clear();
  }

  over(card, place) {
    const own = card.closest("[data-column]");
    const there = !place || place === own || "past" in place.dataset ? null : place;
    if (there === this.there) return;
    this.leave();
    this.there = there;
    if (!there) return;
    there.classList.add("over");
    const key = there.dataset.column;
    if (key) this.ghost(card, there);
    this.paint(this.after(card, own.dataset.column, key));
  }

  leave() {
    this.there?.classList.remove("over");
    this.there = null;
    this.querySelector(".dk.ghost")?.remove();
    this.paint();
  }

  dropped(card, place) {
    card.classList.remove("from");
    const there = this.there;
    if (!there || !place) return this.leave();
    there.classList.remove("over");
    this.there = null;
    return this.move(card.dataset.card, there.dataset.column ?? null, there.dataset.zoneUrl);
  }

  chance(card, column) {
    const now = card.dataset.probability;
    return "byHand" in card.dataset ? now : column?.dataset.probability ?? now;
  }

  ghost(card, column) {
    const ghost = Object.assign(document.createElement("div"), { className: "dk ghost" });
    const to = this.chance(card, column);
    const from = card.dataset.probability;
    if (from !== undefined && to !== from) ghost.textContent = fill(this.words.chance, { from, to });
    this.put(ghost, column, card.dataset.order);
  }

  after(card, from, to) {
    const months = this.dataset.field === "month" ? this.columns().find((one) => !("past" in one.dataset))?.dataset.column : "";
    return shifted(this.heads, card, from, to, Number(this.chance(card, to ? this.column(to) : null) ?? 0), months);
  }

  paint(heads = this.heads) {
    for (const column of this.columns()) this.write(column, "head", heads[column.dataset.column]);
    this.write(document.getElementById("board"), "total", heads.total);
    for (const zone of this.querySelectorAll("[data-zone]")) this.write(zone, "sum", heads[zone.dataset.zone]);
  }

  write(place, kind, head) {
    for (const one of head ? place.querySelectorAll(`[data-${kind}]`) : []) {
      const what = one.dataset[kind];
      if (!(what in head)) continue;
      const money = !["number", "still"].includes(what);
      const target = one.querySelector("[title]") ?? one;
      target.textContent = money ? short(head[what]) : head[what].toLocaleString("en-US");
      if (money) target.title = exact(head[what]);
    }
  }
  put(card, column, order = card.dataset.order) {
    const cards = column.querySelector("[data-cards]");
    const next = [...cards.children].find((one) => (one.dataset.order ?? "~") > order);
    cards.insertBefore(card, next ?? null);
  }
  move(id, key, url) {
    this.queue = this.queue.then(() => this.go(id, key, url)).catch((error) => (this.refresh(), Promise.reject(error)));
    return this.queue;
  }

  async go(id, key, url = "") {
    const card = this.card(id);
    const to = key ? this.column(key) : null;
    const own = card?.closest("[data-column]");
    if (!card || to === own) return this.leave();
    this.clear();
    const focused = card.contains(document.activeElement);
    const home = document.createComment("");
    const jumps = to && !("asks" in to.dataset);
    if (jumps) {
      this.querySelector(".dk.ghost")?.remove();
      card.before(home);
      this.paint((this.heads = this.after(card, own.dataset.column, key)));
      this.put(card, to);
      if (focused) card.focus();
    } else if (to && !this.querySelector(".dk.ghost")) this.ghost(card, to);
    card.setAttribute("aria-busy", "true");
    const before = this.heads;
    const values = { version: card.dataset.version, board: this.dataset.at, ...(key ? { [this.dataset.field]: key } : {}) };
    const address = (url || this.dataset.url).replace("/0/", `/${id}/`);
    let result = await send(address, values);
    if (result.asked && jumps) this.back(card, home, own, key);
    if (result.asked) result = await question(result.asked);
    card.removeAttribute("aria-busy");
    this.querySelector(".dk.ghost")?.remove();
    if (result?.told?.drawer) return this.leads(card, result.told.drawer);
    if (result?.told) return this.adopt(card, result.told, focused);
    if (home.isConnected) this.back(card, home, own, key);
    else if (before === this.heads) this.paint();
    if (focused) card.focus();
    if (!result) return announce(fill(this.words.stays, { name: this.nameOf(card) }));
    return this.refused(card, result, focused);
  }
  leads(card, href) {
    this.paint();
    openDrawer({ href, dataset: {} });
  }

  back(card, home, own, key) {
    this.heads = shifted(this.heads, card, key, own.dataset.column, Number(card.dataset.probability ?? 0), "");
    home.replaceWith(card);
    this.paint();
  }

  adopt(card, told, focused) {
    const fresh = this.replaced(card, told);
    if (focused) (fresh ?? this.querySelector("[data-card]"))?.focus();
    if (told.toast) tell(told.toast);
  }
  replaced(card, { card: html, place, heads }) {
    const fresh = html ? document.createRange().createContextualFragment(html).firstElementChild : null;
    const column = place ? this.column(place) : null;
    card.remove();
    if (fresh && column) this.put(fresh, column);
    if (heads) this.heads = { ...this.heads, ...heads };
    this.ready();
    this.paint();
    return fresh;
  }
  refused(card, result, focused) {
    const shown = result.heads ? this.replaced(card, result) : card;
    const said = fill(this.words.back, { name: this.nameOf(card), reason: result.sentence });
    if (!shown) return tell({ text: result.sentence });
    const note = Object.assign(document.createElement("p"), { className: "why bad fs12", textContent: result.sentence });
    note.dataset.why = "";
    shown.append(note);
    if (focused) shown.focus();
    shown.scrollIntoView({ block: "nearest", inline: "nearest" });
    return announce(said);
  }

  clear() {
    for (const one of this.querySelectorAll("[data-why]")) one.remove();
  }

  key(event) {
    const card = event.target;
    if (!card.matches?.("[data-card]") || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const walk = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] }[event.key];
    if (walk && event.shiftKey && walk[0]) this.push(card, walk[0]);
    else if (walk && !event.shiftKey) this.walk(card, walk);
    else if (event.key === "Enter") card.querySelector(".nm").click();
    else if (event.key === "ContextMenu" || event.key.toLowerCase() === "m") this.menu(card, card);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  walk(card, [across, down]) {
    const own = card.closest("[data-column]");
    const cards = (column) => [...column.querySelectorAll("[data-card]")];
    const place = cards(own).indexOf(card);
    if (down) return cards(own)[place + down]?.focus();
    const rest = this.columns().slice(this.columns().indexOf(own));
    const way = across > 0 ? rest.slice(1) : this.columns().slice(0, this.columns().indexOf(own)).reverse();
    const next = way.find((one) => cards(one).length);
    return next && cards(next)[Math.min(place, cards(next).length - 1)].focus();
  }

  push(card, by) {
    if (card.matches(".fixed")) return announce(fill(card.dataset.fixed ?? this.words.fixed, { name: this.nameOf(card) }));
    const all = this.columns();
    const next = all[all.indexOf(card.closest("[data-column]")) + by];
    if (!next || "past" in next.dataset) return announce(this.words.nowhere);
    return this.move(card.dataset.card, next.dataset.column);
  }

  menu(card, button) {
    const name = this.nameOf(card);
    const own = card.closest("[data-column]").dataset.column;
    const places = card.matches(".fixed") ? [] : this.places.filter(([key]) => key !== own);
    const title = places.length ? fill(this.words.to, { name }) : fill(card.dataset.fixed ?? this.words.fixed, { name });
    const link = { text: this.words.open, go: () => card.querySelector(".nm").click() };
    const items = places.map(([key, text]) => ({ text, go: () => this.move(card.dataset.card, key) }));
    openMenu(button, title, [...items, link], () => this.card(card.dataset.card)?.focus());
  }
}

customElements.define("card-board", CardBoard);
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-prefer]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  await prefer(...link.dataset.prefer.split("="));
  location.href = link.href;
});
return {  };
})();
const kx_pool = (() => {
const { send } = kx_steps;
const { refuse, tell } = kx_toasts;

function taken(button) {
  const row = button.closest("tr");
  const box = row?.querySelector('input[name="ids"]');
  if (box?.checked) box.click();
  if (box) box.disabled = true;
  row?.classList.add("mine");
  const said = document.createElement("span");
  said.className = "ok fs13 nowrap";
  said.textContent = `✓ ${button.dataset.claim}`;
  said.tabIndex = -1;
  button.replaceWith(said);
  said.focus({ preventScroll: true });
}
function count() {
  for (const one of document.querySelectorAll(".quota2 > div")) {
    const number = one.querySelector("b");
    number.textContent = String(Number(number.textContent) + 1);
    one.querySelector("progress").value += 1;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-claim]");
  if (!button) return;
  event.preventDefault();
  button.disabled = true;
  const values = new FormData();
  values.set("one", button.value);
  const { told, sentence } = await send(button.getAttribute("formaction"), values);
  if (told) {
    taken(button);
    count();
    return tell(told.toast);
  }
  button.disabled = false;
  button.focus({ preventScroll: true });
  refuse(sentence);
});
return {  };
})();
const kx_departments = (() => {
const { csrf, post } = kx_server;
const { announce, say } = kx_words;

const FOLDED = "kx:departments:folded";
const FOCUS = "kx:departments:focus";

class DepartmentTree extends HTMLElement {
  connectedCallback() {
    this.rows = [...this.querySelectorAll("tr[data-department]")];
    this.byId = new Map(this.rows.map((row) => [row.dataset.department, row]));
    this.folded = new Set(JSON.parse(sessionStorage.getItem(FOLDED) ?? "[]"));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("input", (event) => event.target.matches("[data-tree-search]") && this.draw());
    for (const kind of ["dragstart", "dragover", "drop", "dragend"]) this.addEventListener(kind, (event) => this[kind](event));
    this.draw();
    const again = sessionStorage.getItem(FOCUS);
    sessionStorage.removeItem(FOCUS);
    if (again) this.byId.get(again)?.querySelector("[data-grip]")?.focus();
  }

  get word() {
    return this.querySelector("[data-tree-search]")?.value.trim().toLowerCase() ?? "";
  }

  above(row) {
    return row.dataset.path.split("/").filter(Boolean).slice(0, -1);
  }

  draw() {
    const word = this.word;
    const shown = new Set();
    if (word) {
      for (const row of this.rows.filter((one) => one.textContent.toLowerCase().includes(word))) {
        for (const id of [row.dataset.department, ...this.above(row)]) shown.add(id);
      }
    }
    for (const row of this.rows) {
      const id = row.dataset.department;
      row.hidden = word ? !shown.has(id) : this.above(row).some((one) => this.folded.has(one));
      row.querySelector("[data-fold-one]")?.setAttribute("aria-expanded", String(Boolean(word) || !this.folded.has(id)));
    }
  }

  clicked(event) {
    const one = event.target.closest("[data-fold-one]");
    const all = event.target.closest("[data-fold]");
    if (!one && !all) return;
    if (one) {
      const id = one.closest("tr").dataset.department;
      if (!this.folded.delete(id)) this.folded.add(id);
    } else {
      const parents = this.rows.filter((row) => row.dataset.parent && row.querySelector("[data-fold-one]"));
      this.folded = new Set(all.dataset.fold === "all" ? parents.map((row) => row.dataset.department) : []);
    }
    sessionStorage.setItem(FOLDED, JSON.stringify([...this.folded]));
    this.draw();
  }

  siblings(row) {
    return this.rows.filter((one) => one.dataset.parent === row.dataset.parent);
  }

  key(event) {
    const row = event.target.closest("[data-grip]")?.closest("tr");
    if (!row || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const beside = this.siblings(row);
    const at = beside.indexOf(row);
    const parent = this.byId.get(row.dataset.parent);
    if (event.key === "ArrowUp" && at > 0) this.put(row, row.dataset.parent, beside[at - 1].dataset.department);
    if (event.key === "ArrowDown" && at < beside.length - 1) this.put(row, row.dataset.parent, beside[at + 2]?.dataset.department);
    if (event.key === "ArrowRight" && at > 0) this.put(row, beside[at - 1].dataset.department);
    if (event.key === "ArrowLeft" && parent?.dataset.parent) {
      const uncles = this.siblings(parent);
      this.put(row, parent.dataset.parent, uncles[uncles.indexOf(parent) + 1]?.dataset.department);
    }
  }

  async put(row, parent, before = "") {
    if (this.busy) return;
    this.busy = true;
    const headers = { "X-CSRFToken": csrf(), "HX-Request": "true" };
    const address = `/admin/departments/${row.dataset.department}/place/`;
    const answer = await post(address, { parent, before }, { headers }).catch(() => null);
    this.busy = false;
    if (answer?.ok) {
      sessionStorage.setItem(FOCUS, row.dataset.department);
      return location.reload();
    }
    const said = answer ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const text = said?.querySelector("[data-sentence]")?.textContent.trim() || say("failed");
    document.dispatchEvent(new CustomEvent("kx:toast", { detail: { toasts: [{ text, more: "", undo: "" }] } }));
    announce(text);
  }

  dragstart(event) {
    this.dragged = event.target.closest("[data-grip]")?.closest("tr");
    if (!this.dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.dragged.dataset.name);
    event.dataTransfer.setDragImage(this.dragged, 20, 16);
    this.dragged.classList.add("dragged");
  }
  over(event) {
    const row = event.target.closest?.("tr[data-department]");
    if (!row || !this.dragged || row.dataset.path.startsWith(this.dragged.dataset.path)) return null;
    const box = row.getBoundingClientRect();
    const front = row.dataset.parent && event.clientY < box.top + box.height / 3;
    return { row, front };
  }

  dragover(event) {
    const found = this.over(event);
    this.unmark();
    if (!found) return;
    event.preventDefault();
    found.row.classList.add(found.front ? "drop-front" : "drop-into");
    found.row.title = this.dataset[found.front ? "before" : "into"].replace("{name}", found.row.dataset.name);
  }

  drop(event) {
    const found = this.over(event);
    if (!found) return;
    event.preventDefault();
    const { row, front } = found;
    this.put(this.dragged, front ? row.dataset.parent : row.dataset.department, front ? row.dataset.department : "");
  }

  dragend() {
    this.unmark();
    this.dragged?.classList.remove("dragged");
    this.dragged = null;
  }

  unmark() {
    for (const row of this.querySelectorAll(".drop-front, .drop-into")) {
      row.classList.remove("drop-front", "drop-into");
      row.removeAttribute("title");
    }
  }
}

customElements.define("department-tree", DepartmentTree);
return {  };
})();
const kx_sortable_rows = (() => {
const { post } = kx_server;
const { announce, say } = kx_words;

class SortableRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["dragstart", "dragover", "drop", "dragend"]) this.addEventListener(kind, (event) => this[kind](event));
  }

  get rows() {
    return [...this.querySelectorAll("tr[data-sort]")];
  }

  key(event) {
    const grip = event.target.closest("[data-grip]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !step) return;
    event.preventDefault();
    const row = grip.closest("tr");
    const rows = this.rows;
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    grip.focus();
    this.send();
  }

  dragstart(event) {
    this.dragged = event.target.closest("tr[data-sort]");
    if (this.dragged) event.dataTransfer.effectAllowed = "move";
  }

  dragover(event) {
    const over = event.target.closest("tr[data-sort]");
    if (!this.dragged || !over) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(this.dragged);
    else over.after(this.dragged);
  }

  drop(event) {
    if (!this.dragged) return;
    event.preventDefault();
    this.send();
  }

  dragend() {
    this.dragged = null;
  }

  async send() {
    const answer = await post(this.dataset.url, { order: this.rows.map((row) => row.dataset.sort).join(",") });
    if (answer.ok) announce(say("saved"));
    else location.reload();
  }
}
customElements.define("sortable-rows", SortableRows);
return {  };
})();
const kx_uploads = (() => {
const htmx = kx_htmx.default;
const { ask } = kx_guard;
const { csrf, post } = kx_server;
const { announce, say } = kx_words;

const AT_ONCE = 2;
const waiting = [];
let running = 0;

function send(url, file, tell) {
  const request = new XMLHttpRequest(); // fetch does not say how far a body is
  const body = new FormData();
  body.append("file", file, file.name);
  const answer = new Promise((done) => {
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => lengthComputable && tell(loaded / total);
    request.onloadend = () => done(request);
  });
  request.open("POST", url);
  for (const [name, value] of [["X-CSRFToken", csrf()], ["X-Requested-With", "fetch"], ["HX-Request", "true"]]) request.setRequestHeader(name, value);
  request.send(body);
  return { answer, stop: () => request.abort() };
}

const sentence = (text) =>
  new DOMParser().parseFromString(text, "text/html").querySelector("[data-sentence]")?.textContent.trim();
const unlocked = (kind) => new Promise((go) => ask(kind, go));

function row(template, file) {
  const made = template.content.firstElementChild.cloneNode(true);
  const cut = file.name.lastIndexOf(".");
  const at = cut > 0 && file.name.length - cut <= 17 ? cut : file.name.length;
  made.querySelector("[data-stem]").textContent = file.name.slice(0, at);
  made.querySelector("[data-ending]").textContent = file.name.slice(at);
  made.querySelector(".at-n").title = file.name;
  return made;
}
class Upload {
  constructor(url, file, template, done, left) {
    Object.assign(this, { url, file, done, left, row: row(template, file), stopped: false });
    this.bar = this.row.querySelector("progress");
    this.said = this.row.querySelector("[data-said]");
    this.again = this.row.querySelector("[data-again]");
    this.row.querySelector("[data-stop]").addEventListener("click", () => this.stop());
    this.again.addEventListener("click", () => this.queue());
  }

  queue() {
    this.said.hidden = this.again.hidden = true;
    this.bar.hidden = false;
    this.ended = new Promise((end) => (this.end = end));
    waiting.push(this);
    next();
  }

  async run() {
    for (;;) {
      this.bar.value = 0;
      const going = send(this.url, this.file, (part) => (this.bar.value = part));
      this.abort = going.stop;
      const answer = await going.answer;
      const asked = answer.status === 423 ? "lock" : answer.getResponseHeader("X-Keyuan-Confirm") && "confirm";
      if (this.stopped) return;
      if (!asked) return this.finish(answer);
      await unlocked(asked);
      if (this.stopped) return;
    }
  }

  finish(answer) {
    const { status } = answer;
    if (status >= 200 && status < 300) {
      announce(say("uploaded", { name: this.file.name }));
      return this.done(answer.responseText, this);
    }
    const refused = status === 409 || status === 403 || status === 404 || status === 413;
    this.fail(sentence(answer.responseText) ?? say(status ? (status === 401 ? "signed_out" : "failed") : "offline"), !refused);
  }

  fail(text, again) {
    this.bar.hidden = true;
    this.said.hidden = false;
    this.said.textContent = text;
    this.again.hidden = !again;
  }

  stop() {
    this.stopped = true;
    this.abort?.();
    const at = waiting.indexOf(this);
    if (at >= 0) waiting.splice(at, 1);
    this.row.remove();
    this.end?.();
    this.left?.(this);
  }
}

async function next() {
  if (running >= AT_ONCE || !waiting.length) return;
  const upload = waiting.shift();
  running += 1;
  await upload.run();
  running -= 1;
  upload.end();
  next();
}

function start(url, files, template, list, done, left) {
  const uploads = [...files].map((file) => new Upload(url, file, template, done, left));
  for (const one of uploads) {
    list.prepend(one.row);
    one.queue();
  }
  for (let i = 1; i < AT_ONCE; i += 1) next();
  return uploads;
}
const blocks = new Map();

function attach(block, files) {
  const url = block.dataset.files;
  const kept = blocks.get(url) ?? new Set();
  blocks.set(url, kept);
  block.querySelector("[data-none]")?.remove();
  const done = (_text, upload) => {
    upload.row.querySelector("progress").value = 1;
    kept.delete(upload);
    upload.row.dataset.done = "";
  };
  const uploads = start(url, files, block.querySelector("[data-going]"), block.querySelector("[data-list]"), done, (one) => kept.delete(one));
  for (const one of uploads) kept.add(one);
  Promise.all(uploads.map((one) => one.ended)).then(() => uploads.some((one) => "done" in one.row.dataset) && refresh(url));
}

const shown = (url) => document.querySelector(`[data-files="${url}"]`);

async function refresh(url) {
  const block = shown(url);
  if (!block) return;
  await htmx.ajax("GET", url, { source: block, target: block, swap: "outerHTML" });
  const fresh = shown(url);
  for (const one of blocks.get(url) ?? []) fresh?.querySelector("[data-list]").prepend(one.row);
  count(fresh);
}

function count(block) {
  const number = block?.querySelector("[data-count]")?.textContent;
  const tab = document.querySelector('[data-sections] a[href="#attachments"] .c');
  if (tab && number !== undefined) tab.textContent = number;
}
class UploadList extends HTMLElement {
  going = new Set();

  connectedCallback() {
    if (this.form) return;
    this.form = this.closest("form");
    this.form?.addEventListener("reset", () => this.clear());
    this.addEventListener("change", ({ target }) => {
      if (target.type !== "file" || !target.files.length) return;
      this.take([...target.files]);
      target.value = "";
    });
    this.addEventListener("click", ({ target }) => {
      const chip = target.closest("[data-stop]")?.closest("[data-chip]");
      if (chip) this.drop(chip);
    });
  }

  get list() {
    return this.querySelector("[data-list]");
  }

  take(files) {
    const done = (text, upload) => {
      upload.row.replaceWith(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
      this.going.delete(upload);
    };
    const uploads = start(this.dataset.url, files, this.querySelector("[data-going]"), this.list, done, (one) => this.going.delete(one));
    for (const one of uploads) this.going.add(one);
  }

  drop(chip) {
    post(chip.dataset.chip).catch(() => undefined);
    chip.remove();
    this.querySelector("input[type=file]").focus();
  }

  clear() {
    this.list.replaceChildren();
    this.going.clear();
  }

  get busy() {
    return [...this.going].filter((one) => one.said.hidden);
  }
}
customElements.define("upload-list", UploadList);
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const lists = [...form.querySelectorAll("upload-list")].filter((one) => one.busy.length);
    if (!lists.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    announce(say("uploading"));
    await Promise.all(lists.flatMap((one) => one.busy.map((upload) => upload.ended)));
    if (form.isConnected && !form.querySelector("upload-list .going")) form.requestSubmit(event.submitter);
  },
  true,
);

document.addEventListener("change", ({ target }) => {
  const block = target.type === "file" && target.closest("[data-upload]")?.closest("[data-files]");
  if (!block || !target.files.length) return;
  attach(block, target.files);
  target.value = "";
});
const clock = () => new Date().toLocaleString("sv").replaceAll(":", ".");

document.addEventListener("paste", (event) => {
  const list = event.target.closest?.("form")?.querySelector("upload-list");
  const { files, types } = event.clipboardData ?? {};
  if (!list || !files?.length || types.includes("text/plain")) return;
  event.preventDefault();
  list.take([...files].map((file) => (file.name === "image.png" ? new File([file], `${say("pasted", { time: clock() })}.png`, { type: file.type }) : file)));
});
const carries = (event) => event.dataTransfer?.types.includes("Files");
const place = ({ target }) => target.closest?.("[data-files]:has([data-upload])") ?? target.closest?.("form:has(upload-list)");
const light = (one) => document.querySelectorAll(".drop-on").forEach((other) => other !== one && other.classList.remove("drop-on"));

document.addEventListener("dragover", (event) => {
  if (!carries(event) || event.target.matches?.("input[type=file]")) return;
  const over = place(event);
  event.preventDefault();
  event.dataTransfer.dropEffect = over ? "copy" : "none";
  light(over);
  over?.classList.add("drop-on");
});
document.addEventListener("dragleave", (event) => !event.relatedTarget && light(null));
document.addEventListener("drop", (event) => {
  light(null);
  if (!carries(event) || event.target.matches?.("input[type=file]")) return;
  event.preventDefault();
  const over = place(event);
  if (!over || !event.dataTransfer.files.length) return;
  if (over.matches("form")) over.querySelector("upload-list").take([...event.dataTransfer.files]);
  else attach(over, event.dataTransfer.files);
});

document.addEventListener("htmx:after:swap", () => count(document.querySelector("[data-files]")));
document.addEventListener("kx:undone", (event) => {
  if (!event.detail.url.startsWith("/attachments/")) return;
  event.preventDefault();
  for (const block of document.querySelectorAll("[data-files]")) refresh(block.dataset.files);
});
addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
return {  };
})();
const kx_tour = (() => {
const { prefer } = kx_server;

const GAP = 12;
const phone = matchMedia("(max-width: 767px)");
const seen = (one) => one && one.getClientRects().length > 0;

class GuidedTour extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.steps = [...this.querySelectorAll("li")];
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.closed());
    if (this.hasAttribute("data-fresh")) this.start();
  }

  start() {
    this.walk = this.steps.map((step) => [step, [...document.querySelectorAll(step.dataset.for)].find(seen)]).filter(([, target]) => target);
    if (!this.walk.length) return;
    this.at = 0;
    this.dialog.show();
    this.show();
  }

  clicked(event) {
    if (event.target.closest("[data-next]")) this.go(1);
    else if (event.target.closest("[data-previous]")) this.go(-1);
    else if (event.target.closest("[data-end]")) this.dialog.close();
  }

  key(event) {
    if (event.key === "Escape") this.dialog.close();
    else if (event.key === "ArrowRight") this.go(1);
    else if (event.key === "ArrowLeft") this.go(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  go(by) {
    if (this.at + by >= this.walk.length) return this.dialog.close();
    this.at = Math.max(0, this.at + by);
    this.show();
  }

  show() {
    const [step, target] = this.walk[this.at];
    this.mark(target);
    this.dialog.querySelector("[data-title]").textContent = step.dataset.title;
    this.dialog.querySelector("[data-text]").textContent = step.textContent;
    this.dialog.querySelector("[data-count]").textContent = `${this.at + 1} / ${this.walk.length}`;
    this.dialog.querySelector("[data-previous]").hidden = this.at === 0;
    const last = this.at === this.walk.length - 1;
    this.dialog.querySelector("[data-next]").hidden = last;
    const done = this.dialog.querySelector("[data-done]");
    done.hidden = !last;
    this.place(target.getBoundingClientRect());
    (last ? done : this.dialog.querySelector("[data-next]")).focus();
  }

  place(box) {
    const own = this.dialog.style;
    own.cssText = "";
    if (phone.matches) return;
    const size = this.dialog.getBoundingClientRect();
    const within = (value, most) => `${Math.max(GAP, Math.min(value, most - GAP))}px`;
    const below = box.bottom + GAP + size.height < innerHeight;
    const beside = !below && box.right + GAP + size.width < innerWidth;
    own.left = within(beside ? box.right + GAP : box.left, innerWidth - size.width);
    own.top = within(below ? box.bottom + GAP : box.top + GAP, innerHeight - size.height);
  }

  mark(target) {
    this.marked?.classList.remove("tour-on");
    this.marked = target;
    target?.classList.add("tour-on");
  }

  closed() {
    this.mark(null);
    this.removeAttribute("data-fresh");
    prefer("toured", "on");
  }
}

customElements.define("guided-tour", GuidedTour);
return {  };
})();
const kx_notices = (() => {
const { announce, say } = kx_words;
const { inform } = kx_toasts;

const bell = document.querySelector("[data-bell][data-stream]");
const channel = "BroadcastChannel" in window ? new BroadcastChannel("kx:notices") : null;
const locked = () => Boolean(document.querySelector("#guard[open][data-kind=lock]"));
const WAITS = [2, 5, 15, 30, 60]; // seconds between tries after the server has refused; then only when somebody comes back
const title = document.title;
let source;
let refused = 0;
let later;
let shown; // the newest notice that this page has spoken of
let known; // the number that this page shows

function take({ unread, fresh }) {
  const isNews = known !== undefined && (known !== unread || fresh.length > 0);
  known = unread;
  bell.dataset.heard = unread;
  document.dispatchEvent(new CustomEvent("kx:counts-now", { detail: { notices: unread } }));
  const text = unread ? say("unread", { count: unread > 99 ? "99+" : unread }) : "";
  bell.title = [bell.dataset.label, text].filter(Boolean).join(" · ");
  bell.querySelector("[data-said]").textContent = bell.title;
  document.title = unread ? `(${unread > 99 ? "99+" : unread}) ${title}` : title;
  if (isNews) document.body.dispatchEvent(new CustomEvent("kx:notices", { bubbles: true }));
  for (const one of fresh) speak(one);
}

function speak(one) {
  if (one.id <= (shown ?? 0) || locked()) return;
  shown = one.id;
  if (document.visibilityState === "visible") inform(one);
  else announce(one.sentence);
}

function open() {
  clearTimeout(later);
  source?.close();
  source = new EventSource(bell.dataset.stream);
  source.addEventListener("message", (event) => {
    refused = 0;
    const { unread, new: fresh } = JSON.parse(event.data);
    channel?.postMessage({ user: bell.dataset.user, unread, fresh });
    take({ unread, fresh });
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // it comes again by itself
    if (refused < WAITS.length) later = setTimeout(again, WAITS[refused++] * 1000);
  });
}

function again() {
  if (source?.readyState === EventSource.CLOSED && !locked()) open();
}

function comeBack() {
  if (document.visibilityState !== "visible" || source?.readyState !== EventSource.CLOSED) return;
  refused = 0;
  again();
}

function lead() {
  open();
  addEventListener("online", comeBack);
  document.addEventListener("visibilitychange", comeBack);
  document.addEventListener("kx:unlocked", comeBack);
  return new Promise((done) => addEventListener("pagehide", () => (source.close(), done()), { once: true }));
}

function hear({ data }) {
  if (data.user !== bell.dataset.user) return;
  if (!data.asks) take(data);
  else if (source && known !== undefined) channel.postMessage({ user: data.user, unread: known, fresh: [] });
}

if (bell) {
  channel?.addEventListener("message", hear);
  channel?.postMessage({ user: bell.dataset.user, asks: true });
  if (channel && navigator.locks) navigator.locks.request(`kx:notices:${bell.dataset.user}`, lead);
  else lead();
}
return {  };
})();
const kx_app = (() => {
const htmx = kx_htmx.default;
const { showOwnKeys } = kx_words;

function bring(root) {
  showOwnKeys(root);
  for (const box of root.querySelectorAll?.("[data-indeterminate]") ?? []) box.indeterminate = true;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tour]")) return;
  document.getElementById("help")?.close();
  document.querySelector("guided-tour")?.start();
});

bring(document);
htmx.onLoad(bring);
document.documentElement.dataset.ready = "true";
addEventListener("pageshow", (event) => event.persisted && location.reload());
return {  };
})();
